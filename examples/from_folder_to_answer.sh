#!/bin/sh
# From a folder of recordings to a model in use, with nothing but the commands of skmir.
#
#   sh from_folder_to_answer.sh FOLDER NEW OUT [OPTION ...]
#
# FOLDER holds labelled recordings, NEW recordings without labels; OUT is made. The options go to skmir compare, such
# as --models SVM LDA CNN. Each step stops the script if it does not leave what the next one needs.
set -eu
[ $# -ge 3 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
folder=$1 new=$2 out=$3
shift 3
mkdir -p "$out"

must() { # the words of a claim, and a command that says whether it holds
    claim=$1
    shift
    "$@" >&2 || { echo "It must hold that $claim, and it does not." >&2; exit 1; }
}
says() { grep -qF -e "$2" "$1"; }
rows() { tail -n +2 "$1" | wc -l; }

# 1. Is something wrong with the recordings or with their table? The command ends with 1 if so, and so does this script.
skmir check "$folder" --report "$out/check.html"
must "the page on the recordings is there" test -s "$out/check.html"

# 2. Which model is best here, and by how much?
skmir compare "$folder" "$@" --output "$out"
for file in table.csv record.json config.toml predictions.csv figure.png; do
    must "compare writes $file" test -s "$out/$file"
done
must "at least two models were compared" test "$(rows "$out/table.csv")" -ge 2

# 3. A page that can be passed on, with the mistakes to listen to.
skmir report "$out/record.json" -o "$out/report.html"
must "the page has the table" says "$out/report.html" "balanced"
must "the page has the mistakes" says "$out/report.html" "Mistakes"

# 4. The best model, fitted on all recordings. Columns of the table are model,mean,...
best=$(tail -n +2 "$out/table.csv" | sort -t, -k2,2gr | head -n 1 | cut -d, -f1)
skmir train "$folder" --model "$best" -o "$out/model.skops"
must "the model is there" test -s "$out/model.skops"
must "its card names it" says "$out/model.md" "$best"

# 5. What the new recordings are.
skmir predict "$out/model.skops" "$new" -o "$out/new.csv"
must "each new recording has a row" test "$(rows "$out/new.csv")" -eq "$(find "$new" -type f | wc -l)"
echo "done: $best labels the recordings of $new in $out/new.csv"
