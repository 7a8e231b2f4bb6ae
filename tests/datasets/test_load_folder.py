"""A folder of recordings, by table or by sub-folders, and each way in which it can be wrong."""

import os
import pathlib
import re

import numpy as np
import pytest
import soundfile
from sklearn.model_selection import GroupKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from skmir.augmentation import AddNoise
from skmir.compose import AugmentedEstimator
from skmir.datasets import load_folder
from skmir.feature_extraction import MFCC
from skmir.model_selection import compare
from skmir.preprocessing import FramePooler


def write_files(folder, names):
    """Write 50 ms of noise under each name; load_folder decodes nothing, so that any suffix will do."""
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "wb") as stream:
            soundfile.write(stream, np.full(400, 0.1), 8000, format="WAV")
    return folder


def write_table(folder, text, name="labels.csv"):
    write_files(folder, ["audio/a.wav", "audio/b.wav", "audio/c.wav"])
    (folder / name).write_text(text, encoding="utf-8")
    return folder


TABLE = "file,label,group,source\naudio/b.wav,flute,g1,s1\naudio/a.wav,cello,g1,s2\naudio/c.wav,flute,g2,s3\n"


def test_table_keeps_its_order_and_codes_the_labels(tmp_path):
    notes = load_folder(write_table(tmp_path, TABLE))
    assert [pathlib.Path(file).relative_to(tmp_path).as_posix() for file in notes.data] == [
        "audio/b.wav",
        "audio/a.wav",
        "audio/c.wav",
    ]
    assert all(isinstance(file, str) and os.path.isfile(file) for file in notes.data)
    assert notes.target_names == ["cello", "flute"]
    assert notes.target.tolist() == [1, 0, 1]
    assert notes.target.dtype.kind == "i"
    assert notes.groups.tolist() == ["g1", "g1", "g2"]
    assert notes["DESCR"] == f"3 recordings of 2 classes, in 2 groups, from {str(tmp_path)!r}."


def test_columns_are_named_by_argument(tmp_path):
    write_table(tmp_path, "path,family,artist\naudio/a.wav,x,p\naudio/b.wav,y,q\n", name="list.csv")
    notes = load_folder(
        tmp_path, labels="list.csv", file_column="path", label_column="family", group_column="artist"
    )
    assert notes.target_names == ["x", "y"]
    assert notes.groups.tolist() == ["p", "q"]


class TestPathsOfSeveralColumns:
    """Collections such as UrbanSound8K keep folder and name apart, and others leave out the suffix."""

    TABLE = "Name,fold,class,{odd}\né 1,2,siren,a\nb {fold},1,drill,b\n"

    def write(self, folder):
        write_files(folder, ["audio/fold2/é 1.wav", "audio/fold1/b {fold}.wav", "a", "b"])
        (folder / "meta.csv").write_text(self.TABLE, encoding="utf-8")
        return folder

    def test_a_pattern_joins_them(self, tmp_path):
        arguments = {"labels": "meta.csv", "label_column": "class", "group_column": "fold"}
        pattern = "audio/fold{fold}/{name}.wav"
        notes = load_folder(self.write(tmp_path), file_column=pattern, **arguments)
        files = [pathlib.Path(file).relative_to(tmp_path).as_posix() for file in notes.data]
        assert files == ["audio/fold2/é 1.wav", "audio/fold1/b {fold}.wav"]
        assert notes.groups.tolist() == ["2", "1"]
        assert list(notes.frame) == ["Name", "fold", "class", "{odd}"]

    def test_a_column_with_braces_in_its_name_is_a_column(self, tmp_path):
        notes = load_folder(
            self.write(tmp_path), labels="meta.csv", label_column="class", file_column="{odd}"
        )
        assert [os.path.basename(file) for file in notes.data] == ["a", "b"]

    def test_errors_show_the_pattern(self, tmp_path):
        arguments = {"labels": "meta.csv", "label_column": "class"}
        with pytest.raises(
            ValueError, match=r"no column file_column='part'.*columns are.*file_column='{part}/{name}' says"
        ):
            load_folder(self.write(tmp_path), file_column="{part}/{name}", **arguments)
        with pytest.raises(FileNotFoundError, match=r"2 of the 2 files.*the first is .*2.é 1.flac"):
            load_folder(tmp_path, file_column="{fold}/{name}.flac", **arguments)


@pytest.mark.parametrize(
    ("group_column", "groups"),
    [("auto", ["g1", "g1", "g2"]), ("source", ["s1", "s2", "s3"]), (None, None)],
)
def test_which_groups(tmp_path, group_column, groups):
    notes = load_folder(write_table(tmp_path, TABLE), group_column=group_column)
    assert (notes.groups if groups is None else notes.groups.tolist()) == groups


def test_no_group_column_means_no_groups_by_default(tmp_path):
    notes = load_folder(write_table(tmp_path, "file,label\naudio/a.wav,x\naudio/b.wav,y\n"))
    assert notes.groups is None
    assert "groups" not in notes.DESCR


def test_labels_stay_text(tmp_path):
    notes = load_folder(write_table(tmp_path, "file,label\naudio/a.wav,01\naudio/b.wav,NA\naudio/c.wav,1\n"))
    assert notes.target_names == ["01", "1", "NA"]


def test_table_may_hold_absolute_paths_a_mark_and_spaces(tmp_path):
    write_table(tmp_path, "")
    text = f"\ufefffile, label\n{tmp_path / 'audio' / 'a.wav'}, x\naudio/b.wav, y\n"
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    notes = load_folder(tmp_path)
    assert [os.path.basename(file) for file in notes.data] == ["a.wav", "b.wav"]
    assert notes.target_names == ["x", "y"]


def test_sub_folders_are_classes(tmp_path):
    write_files(
        tmp_path,
        ["oboe/2.WAV", "oboe/10.flac", "oboe/take/1.ogg", "horn/b.mp3", "horn/a.aiff", "horn/c.opus"],
    )
    write_files(tmp_path, ["horn/.hidden.wav", "horn/.cache/x.wav", ".git/y.wav", "horn/notes.txt"])
    write_files(tmp_path, ["drawings/plan.png", "loose.wav"])
    with pytest.warns(
        UserWarning, match=r"1 recording is left out, directly in .* first is 'loose\.wav'"
    ) as said:
        notes = load_folder(str(tmp_path))
    assert len(said) == 1  # a folder of drawings is no class that was lost
    assert [os.path.relpath(file, tmp_path).replace(os.sep, "/") for file in notes.data] == [
        "horn/a.aiff",
        "horn/b.mp3",
        "horn/c.opus",
        "oboe/10.flac",
        "oboe/2.WAV",
        "oboe/take/1.ogg",
    ]
    assert notes.target_names == ["horn", "oboe"]
    assert notes.target.tolist() == [0, 0, 0, 1, 1, 1]
    assert notes.groups is None


def test_one_class_is_allowed(tmp_path):
    assert load_folder(write_files(tmp_path, ["oboe/a.wav"])).target_names == ["oboe"]


def test_a_relative_folder_gives_relative_paths(tmp_path, monkeypatch):
    write_files(tmp_path, ["set/oboe/a.wav"])
    monkeypatch.chdir(tmp_path)
    assert load_folder("set").data == [os.path.join("set", "oboe", "a.wav")]


def test_formats_that_are_not_read_are_named(tmp_path):
    write_files(tmp_path, ["oboe/a.wav", "oboe/b.m4a", "horn/c.M4A"])
    with pytest.warns(UserWarning, match=r"2 files are left out .* first is '.*c\.M4A'. Convert") as record:
        notes = load_folder(tmp_path)
    assert notes.target_names == ["oboe"]
    assert record[0].filename == __file__


def test_the_folder_is_missing_or_a_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder '.*nowhere'\. Paths are relative to '"):
        load_folder(tmp_path / "nowhere")
    write_table(tmp_path, TABLE)
    with pytest.raises(NotADirectoryError, match=r"is a file\. Pass the folder"):
        load_folder(tmp_path / "labels.csv")


@pytest.mark.parametrize(
    ("names", "loose"), [([], 0), (["a.wav", "b.wav"], 2), (["x/readme.txt", ".x/a.wav"], 0)]
)
def test_nothing_to_load(tmp_path, names, loose):
    write_files(tmp_path, names)
    message = (
        rf"neither a labels.csv nor sub-folders with recordings, and {loose} .* columns file,label\[,group\]"
    )
    with pytest.raises(ValueError, match=message):
        load_folder(tmp_path)


@pytest.mark.parametrize("argument", [{"labels": "list.csv"}, {"group_column": "artist"}])
def test_what_asks_for_a_table_needs_one(tmp_path, argument):
    write_files(tmp_path, ["oboe/a.wav"])
    with pytest.raises(
        FileNotFoundError, match=rf"no table '.*{next(iter(argument.values()))}' ask for|list.csv"
    ):
        load_folder(tmp_path, **argument)


@pytest.mark.parametrize("argument", ["file_column", "label_column", "group_column"])
def test_a_missing_column_lists_those_there(tmp_path, argument):
    message = (
        rf"no column {argument}='singer'. Its columns are \['file', 'label', 'group', 'source'\]; choose one"
    )
    with pytest.raises(ValueError, match=message):
        load_folder(write_table(tmp_path, TABLE), **{argument: "singer"})


@pytest.mark.parametrize(
    ("text", "column", "row"),
    [
        ("file,label\naudio/a.wav,x\naudio/b.wav,\n", "label", 2),
        ("file,label\naudio/a.wav,x\naudio/b.wav\n", "label", 2),
        ("file,label\n,x\naudio/b.wav,y\n", "file", 1),
        ("file,label,group\naudio/a.wav,x,g\naudio/b.wav,y, \n", "group", 2),
    ],
)
def test_an_empty_cell_is_named(tmp_path, text, column, row):
    with pytest.raises(ValueError, match=rf"nothing in the column '{column}' in row {row} .* 1 of 2 rows"):
        load_folder(write_table(tmp_path, text))


def test_an_empty_group_may_be_passed_over(tmp_path):
    write_table(tmp_path, "file,label,group\naudio/a.wav,x,g\naudio/b.wav,y,\n")
    with pytest.raises(ValueError, match="or pass group_column=None"):
        load_folder(tmp_path)
    assert load_folder(tmp_path, group_column=None).groups is None


def test_listed_files_must_be_there(tmp_path):
    write_table(tmp_path, "file,label\naudio/a.wav,x\naudio/z.wav,y\naudio,y\n")
    with pytest.raises(
        FileNotFoundError, match=r"2 of the 3 files in '.*' do not exist; the first is '.*z\.wav'"
    ):
        load_folder(tmp_path)


def test_a_file_has_one_row(tmp_path):
    write_table(tmp_path, "file,label\naudio/a.wav,x\naudio/b.wav,y\n./audio/a.wav,y\n")
    with pytest.raises(ValueError, match=r"lists '.*a\.wav' twice, in rows 1 and 3"):
        load_folder(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be parsed as a comma-separated table .* No columns"),
        (b"file,label\n", "lists no files"),
        (b'file,label\n"audio/a.wav,x\n', "cannot be parsed as a comma-separated table"),
        (
            b"file,label\naudio/a.wav,x\na, b.wav,x\n",
            "cannot be parsed .* Expected 2 fields in line 3, saw 3",
        ),
        (
            b"file,label\na, b.wav,x\na, c.wav,x\n",
            "more cells than its header. Put names .* in double quotes",
        ),
        (
            b"file label\naudio/a.wav x\n",
            re.escape("columns are ['file label']") + ".* separated by commas, tabs",
        ),
        (b'"file,label\naudio/a.wav,x\n', "its header, which begins '\"file,label': unexpected end of data"),
        (b"audio/a.wav,x\naudio/b.wav,x\n", "If the first row is a recording, write a header above it"),
        (
            b"PK\x03\x04\x14\x00\x06",
            "must be a table of text, but its content is an Excel or OpenDocument workbook.* 'CSV UTF-8'",
        ),
        (b"{\\rtf1 file,label}", "a text with formatting"),
        ("file,label\naudio/a.wav,x\n".encode("utf-16-le"), "null characters, so it is UTF-16 without"),
        (b"\xff\xfef", "is not valid utf-16, as it claims"),
        (
            "file,label\naudio/a.wav,fl\xf6te\n".encode("latin-1") + "audio/b.wav,fl\xf6te\n".encode(),
            r"neither UTF-8 nor cp1252 throughout: line 2 is b'audio/a\.wav,fl\\xf6te'",
        ),
        (b"file,label,label\naudio/a.wav,x,y\n", r"2 columns \['label', 'label'\] for label_column='label'"),
        (b"file,Label,LABEL\naudio/a.wav,x,y\n", r"2 columns \['Label', 'LABEL'\] for label_column='label'"),
        (b'file,label\naudio/a.wav,"x\ny"\n', r"line break in row 1 below the header: 'x\\ny'"),
        (b'file,"la\nbel"\naudio/a.wav,x\n', r"line break in its header: 'la\\nbel'"),
    ],
)
def test_a_table_that_does_not_parse(tmp_path, content, message):
    write_table(tmp_path, "")
    (tmp_path / "labels.csv").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_folder(tmp_path)


@pytest.mark.parametrize("closes", ["", '"'])
def test_rows_swallowed_by_a_quote_are_noticed(tmp_path, closes):
    """A quote that opens a cell and closes none, or closes in a later row, hides the rows between."""
    write_table(tmp_path, f'file,label\naudio/a.wav,x\naudio/b.wav,"70s\naudio/c.wav,x{closes}\n')
    with pytest.raises(ValueError, match=r"row 2 below the header.*(line 3, which begins|line break|70s)"):
        load_folder(tmp_path)


@pytest.mark.parametrize("label", ['12"" mix', '12" mix'])
def test_a_quote_inside_a_cell_is_a_quote(tmp_path, label):
    cell = f'"{label}"' if '""' in label else label
    assert load_folder(write_table(tmp_path, f"file,label\naudio/a.wav,{cell}\n")).target_names == ['12" mix']


AS_SPREADSHEETS_WRITE = {
    "tabs": "file\tlabel\taudio/a.wav,x\naudio/a.wav\tr, b\t\naudio/b.wav\ty\t\n",
    "semicolons": "file;label\naudio/a.wav;r, b\naudio/b.wav;y\n",
    "bars": "file|label\naudio/a.wav|r, b\naudio/b.wav|y\n",
    "Excel's first line": 'sep=;\r\nfile;label\r\naudio/a.wav;"r, b"\r\naudio/b.wav;y\r\n',
    "quotes": '"file" , "label"\n"audio/a.wav" , "r, b"\n"audio/b.wav","y"\t \n',
    "capitals and spaces": 'File , LABEL\u00a0\naudio/a.wav,"r, b"\naudio/b.wav,y\n',
    "backslashes": 'file,label\naudio\\a.wav,"r, b"\n.\\audio\\b.wav,y\n',
    "empty columns and rows": ',,,\nfile,label,,\naudio/a.wav,"r, b",,\n,,,\naudio/b.wav,y,,\n\n , ,\t,\n',
    "commas behind each row": 'file,label\naudio/a.wav,"r, b",\naudio/b.wav,y,,,\n',
    "an index": ',file,label\n0,audio/a.wav,"r, b"\n1,audio/b.wav,y\n',
    "old Mac's line ends": 'file,label\raudio/a.wav,"r, b"\raudio/b.wav,y\r',
    "a mark": '\ufefffile,label\naudio/a.wav,"r, b"\naudio/b.wav,y\n',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("text", AS_SPREADSHEETS_WRITE.values(), ids=AS_SPREADSHEETS_WRITE)
def test_what_spreadsheets_write_is_read(tmp_path, text, encoding, recwarn):
    write_table(tmp_path, "")
    (tmp_path / "labels.csv").write_bytes(text.encode(encoding))
    notes = load_folder(tmp_path)
    assert [os.path.basename(file) for file in notes.data] == ["a.wav", "b.wav"]
    assert notes.target_names == ["r, b", "y"]
    assert not recwarn.list


def test_a_table_of_windows_is_read_with_a_warning(tmp_path):
    write_table(tmp_path, "")
    (tmp_path / "labels.csv").write_bytes("file,label\naudio/a.wav,fl\xf6te\n".encode("cp1252"))
    with pytest.warns(UserWarning, match=r"read as cp1252, .* line 2 reads 'audio/a.wav,flöte'") as said:
        notes = load_folder(tmp_path)
    assert notes.target_names == ["flöte"]
    assert said[0].filename == __file__


def test_rows_are_counted_as_a_spreadsheet_counts(tmp_path):
    with pytest.raises(ValueError, match="nothing in the column 'label' in row 4 below the header"):
        load_folder(write_table(tmp_path, "file,label\naudio/a.wav,x\n\n,\naudio/b.wav,\n"))


def test_the_frame_holds_all_columns(tmp_path):
    text = "file,label,Artist,,Artist\naudio/a.wav,x,p\u00a0 q ,,1\n,,,,\naudio/b.wav,y,e\u0301,7,2\n"
    frame = load_folder(write_table(tmp_path, text)).frame
    assert frame.to_dict("list") == {
        "file": ["audio/a.wav", "audio/b.wav"],
        "label": ["x", "y"],
        "Artist": ["p q", "\u00e9"],
        "Unnamed: 3": ["", "7"],
        "Artist.1": ["1", "2"],
    }
    assert frame.index.tolist() == [0, 1]
    assert load_folder(tmp_path / "audio" / "..", labels="labels.csv").frame is not None
    assert load_folder(write_files(tmp_path / "walked", ["a/1.wav"])).frame is None


AROUND = [
    "{}",
    " {}",
    "{} ",
    "{}\u00a0",
    "\u3000{}",
    "{}\u200b",
    "\ufeff{}",
    "\t{}",
    "{}\u2028",
    "\u200e{}",
    "{}\x0b",
]


@pytest.mark.parametrize("around", AROUND)
def test_white_space_makes_no_second_class_or_group(tmp_path, around):
    first, second = around.format("Hip Hop"), around.format("Sigur R\u00f3s")
    text = f"file,label,group\naudio/a.wav,Hip Hop,Sigur R\u00f3s\naudio/b.wav,{first},{second}\n"
    notes = load_folder(write_table(tmp_path, text + "audio/c.wav,Hip\u00a0 Hop,Sigur Ro\u0301s\n"))
    assert notes.target_names == ["Hip Hop"]
    assert notes.groups.tolist() == ["Sigur R\u00f3s"] * 3


def test_names_of_class_folders_are_labels_as_well(tmp_path):
    names = ["a/1.wav", "a /2.wav", "\u00a0a/3.wav", "e\u0301/4.wav", "\u00e9/5.wav"]
    notes = load_folder(write_files(tmp_path, names))
    assert notes.target_names == ["a", "\u00e9"]
    found = {
        pathlib.Path(file).relative_to(tmp_path).as_posix(): notes.target_names[i]
        for file, i in zip(notes.data, notes.target, strict=True)
    }
    assert found == dict(zip(names, ["a", "a", "a", "\u00e9", "\u00e9"], strict=True))
    write_files(tmp_path, ["\u200b/6.wav"])
    with pytest.raises(ValueError, match=r"without a visible character\. Give it the name"):
        load_folder(tmp_path)


def test_a_class_folder_that_is_no_utf8_can_be_printed(tmp_path):
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    open(folder + b"/\xe9.wav", "wb").close()
    notes = load_folder(tmp_path)
    assert notes.target_names == ["caf\\xe9"]
    assert os.fsencode(notes.data[0]).endswith(b"/caf\xe9/\xe9.wav")


@pytest.mark.parametrize("argument", ["label_column", "group_column"])
def test_capitals_alone_are_doubted(tmp_path, argument):
    write_table(tmp_path, "file,label,group,z\naudio/a.wav,x,g,Abba\naudio/b.wav,x,g,ABBA\n")
    with pytest.warns(
        UserWarning, match=r"'ABBA' and 'Abba' differ only in upper or lower case, and count as two"
    ) as said:
        load_folder(tmp_path, **{argument: "z"})
    assert said[0].filename == __file__


@pytest.mark.parametrize(
    ("cell", "file"),
    [
        ("0\u00e9.wav", "0e\u0301.wav"),
        ("0e\u0301.wav", "0\u00e9.wav"),
        ("de\u0301/\u00e9.wav", "d\u00e9/e\u0301.wav"),
        ("d\u00e9\\\u00e9.wav", "de\u0301/e\u0301.wav"),
        ("a.wav ", "a.wav"),
        ("a.wav", "a.wav "),
        (" a.wav", " a.wav"),
    ],
)
def test_files_are_found_in_another_form(tmp_path, cell, file):
    write_files(tmp_path, [file])
    (tmp_path / "labels.csv").write_text(f"file,label\n{cell},x\n", encoding="utf-8")
    assert load_folder(tmp_path).data == [str(tmp_path / file)]


def test_the_exact_name_of_a_file_comes_first(tmp_path):
    names = ["\u00e9.wav", "e\u0301.wav", "b.wav", " b.wav"]
    write_files(tmp_path, names)
    (tmp_path / "labels.csv").write_text("file,label\n" + ",x\n".join(names) + ",x\n", encoding="utf-8")
    assert load_folder(tmp_path).data == [str(tmp_path / name) for name in names]
    os.rename(tmp_path / "b.wav", tmp_path / "b.wav ")
    (tmp_path / "labels.csv").write_text("file,label\nb.wav,x\n", encoding="utf-8")
    with pytest.raises(
        FileNotFoundError, match="several files differ from it in Unicode form or white space"
    ):
        load_folder(tmp_path)


def test_a_file_named_in_bytes_of_cp1252(tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.wav"
    open(name, "wb").close()
    (tmp_path / "labels.csv").write_bytes(b"file,label\ncaf\xe9.wav,x\n")
    with pytest.warns(UserWarning, match="cp1252"):
        assert os.fsencode(load_folder(tmp_path).data[0]) == name


def test_letters_outside_of_an_encoding_are_not_dropped(tmp_path):
    write_files(tmp_path, ["\u00e9.wav", os.fsdecode(b"\xe9.wav")])
    (tmp_path / "labels.csv").write_text("file,label\n\u00e9\u65e5.wav,x\n", encoding="utf-8")
    with pytest.raises(FileNotFoundError, match="there is no file of that name"):
        load_folder(tmp_path)


def test_a_home_folder_is_written_out(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    write_table(tmp_path, "file,label\n~/audio/a.wav,x\n")
    assert load_folder(tmp_path).data == [str(tmp_path / "audio" / "a.wav")]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("https://example.org/a.wav", "it is an address on a network: fetch the file"),
        ("C:\\music\\a.wav", "it is a Windows path: write paths relative to"),
        ("audio/A.WAV", r"there is '.*audio/a\.wav', but upper and lower case matter here"),
        ("audio/a", r"there is '.*audio/a\.wav': write the suffix of that file"),
        ("a.wav", r"there is 'audio/a\.wav': write the path relative to the table's folder"),
        ("audio", "it is a folder"),
        ("\u00e9.wav", r"there is no file of that name, in any Unicode form"),
    ],
)
def test_why_a_file_is_not_found(tmp_path, cell, reason):
    write_table(tmp_path, f"file,label\naudio/b.wav,x\n{cell},x\n")
    with pytest.raises(FileNotFoundError, match=f"1 of the 2 files .* in row 2 below the header: {reason}"):
        load_folder(tmp_path)


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_table_that_lists_a_file_by_a_link_too(tmp_path, link):
    write_table(tmp_path, "file,label\naudio/a.wav,x\naudio/d.wav,y\n")
    link(tmp_path / "audio" / "a.wav", tmp_path / "audio" / "d.wav")
    with pytest.raises(ValueError, match=r"a\.wav' twice, in rows 1 and 2 .*the second time as '.*d\.wav'"):
        load_folder(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [{"label_column": "genre"}, {"file_column": "track"}, {"label_column": "x", "file_column": "y"}],
)
def test_columns_without_a_table_are_refused(tmp_path, arguments):
    write_files(tmp_path, ["oboe/a.wav", "Labels.csv"])
    with pytest.raises(
        FileNotFoundError, match=r"no table .* ask for\. There is 'Labels\.csv': pass"
    ) as raised:
        load_folder(tmp_path, **arguments)
    assert all(f"{name}={value!r}" in str(raised.value) for name, value in arguments.items())


def test_a_table_of_another_name_is_not_passed_over(tmp_path):
    write_files(tmp_path, ["oboe/a.wav", "labels.tsv"])
    with pytest.warns(UserWarning, match=r"'labels\.tsv' in .* is not read.* Pass labels='labels\.tsv'"):
        assert load_folder(tmp_path).target_names == ["oboe"]


def names_of(notes, folder):
    return [pathlib.Path(file).relative_to(folder).as_posix() for file in notes.data]


def test_linked_folders_are_followed_and_loops_end(tmp_path, recwarn):
    write_files(tmp_path, ["set/a/1.wav", "set/b/1.wav", "more/cd2/2.wav", "more/c/3.wav"])
    links = {"a/cd2": "more/cd2", "c": "more/c", "a/up": "set", "a/self": "set/a", "b/out": "."}
    for link, target in links.items():
        os.symlink(tmp_path / target, tmp_path / "set" / link)
    os.symlink(tmp_path / "set" / "a", tmp_path / "more" / "cd2" / "back")
    notes = load_folder(tmp_path / "set")
    assert names_of(notes, tmp_path / "set") == ["a/1.wav", "a/cd2/2.wav", "b/1.wav", "c/3.wav"]
    assert notes.target_names == ["a", "b", "c"]
    assert not recwarn.list


@pytest.mark.parametrize(
    ("link", "target", "make"),
    [
        ("c", "a", os.symlink),
        ("b/a", "a", os.symlink),
        ("a/0.wav", "b/1.wav", os.symlink),
        ("b/2.wav", "a/1.wav", os.link),
    ],
)
def test_a_recording_reached_twice_is_one_clip(tmp_path, link, target, make):
    write_files(tmp_path, ["a/1.wav", "b/1.wav"])
    make(tmp_path / target, tmp_path / link)
    message = rf"1 link is passed over .* second time; the first is '.*{link}', which is '.*{target}'"
    with pytest.warns(UserWarning, match=message) as said:
        notes = load_folder(tmp_path)
    assert names_of(notes, tmp_path) == ["a/1.wav", "b/1.wav"]
    assert notes.target_names == ["a", "b"]
    assert len(said) == 1


def test_links_to_nothing_are_left_out(tmp_path):
    write_files(tmp_path, ["a/1.wav"])
    os.symlink(tmp_path / "none.wav", tmp_path / "a" / "2.wav")
    os.symlink(tmp_path / "none", tmp_path / "b")
    with pytest.warns(
        UserWarning, match=r"2 links are left out because the target does not exist; the first is '.*b'"
    ):
        assert names_of(load_folder(tmp_path), tmp_path) == ["a/1.wav"]


@pytest.mark.parametrize(
    ("files", "kinds"),
    [
        (["c/1.m4b"], "'c' (1 .m4b)"),
        (["c/1.AAC", "c/2.aac", "c/3.zip"], "'c' (2 .aac, 1 .zip)"),
        (["c/noise"], "'c' (1 without suffix)"),
        ([], "'c' (no files)"),
    ],
)
def test_a_class_without_a_recording_does_not_vanish_silently(tmp_path, files, kinds):
    write_files(tmp_path, ["a/1.wav", "b/1.wav", "notes/readme.md", "notes/plan.pdf", *files])
    (tmp_path / "c").mkdir(exist_ok=True)
    message = f"1 sub-folder is left out without a recording: {re.escape(kinds)}. Recordings are"
    with pytest.warns(UserWarning, match=message):
        assert load_folder(tmp_path).target_names == ["a", "b"]


def test_other_layers_of_mpeg_are_recordings(tmp_path, recwarn):
    """libsndfile decodes layers I and II like layer III."""
    frame = bytes([0xFF, 0xFD, 0x80, 0xC4]) + bytes(413)  # of layer II: 128 kbit/s, 44.1 kHz, mono, silent
    file = write_files(tmp_path, ["a/1.mpga", "b/1.mp1"]) / "c" / "1.mp2"
    file.parent.mkdir()
    file.write_bytes(60 * frame)
    assert load_folder(tmp_path).target_names == ["a", "b", "c"]
    assert not recwarn.list
    assert soundfile.info(file).samplerate == 44100


def test_files_of_unknown_suffix_beside_recordings_are_named(tmp_path):
    write_files(tmp_path, ["a/1.wav", "a/2.wav.part", "a/3.part", "a/4", "a/5.txt"])
    with pytest.warns(
        UserWarning, match=r"3 files are left out .* \(2 \.part, 1 without suffix\); the first is"
    ) as said:
        assert names_of(load_folder(tmp_path), tmp_path) == ["a/1.wav"]
    assert len(said) == 1


def test_what_skmir_keeps_is_no_class(tmp_path, recwarn):
    """Each ``memory=`` may be the data folder, or one inside it."""
    write_files(tmp_path, ["a/1.wav", "a/2.wav", "b/1.wav", "b/2.wav", "__MACOSX/a/1.wav"])
    before = load_folder(tmp_path)
    model = make_pipeline(
        MFCC(sr=8000, n_fft=128, hop_length=64, memory=tmp_path), FramePooler(), GaussianNB()
    )
    for place in (tmp_path, tmp_path / "kept"):
        AugmentedEstimator(model, [AddNoise()], 1, sr=8000, random_state=0, memory=place).fit(
            before.data, before.target
        )
        compare({"model": model}, before.data, before.target, cv=2, memory=place, random_state=0)
    recwarn.clear()
    after = load_folder(tmp_path)
    kept = {"skmir-cache", "skmir-compare", "skmir-copies"}
    assert {entry.name for entry in tmp_path.iterdir()} == {"a", "b", "__MACOSX", "kept", *kept}
    assert (after.data, after.target_names) == (before.data, before.target_names)
    assert not recwarn.list


@pytest.mark.parametrize(
    ("classes", "doubted"),
    [
        (["train", "test"], True),
        (["Training", "Validation", "Testing"], True),
        (["fold1", "fold2", "fold10"], True),
        (["cd 1", "CD2"], True),
        (["train_set"], True),
        (["split0", "split1", "noise"], True),
        (["train", "rain", "siren"], False),  # sounds of trains
        (["testify", "trainer"], False),
        (["violin1", "violin2"], False),
    ],
)
def test_parts_of_a_split_are_doubted(tmp_path, classes, doubted, recwarn):
    write_files(tmp_path, [f"{name}/x/1.wav" for name in classes])
    load_folder(tmp_path)
    assert len(recwarn) == doubted
    if doubted:
        assert "Are the classes one level deeper" in str(recwarn[0].message)
        assert recwarn[0].filename == __file__


@pytest.mark.parametrize(
    ("name", "arguments", "n_clips", "n_classes"),
    [("instrument_notes", {"group_column": "source"}, 614, 8), ("medley_solos", {}, 99, 8)],
)
def test_real_folders(real_data, name, arguments, n_clips, n_classes):
    clips = load_folder(real_data / name, **arguments)
    assert len(clips.data) == len(clips.target) == len(clips.groups) == n_clips
    assert len(clips.target_names) == n_classes
    assert set(clips.target) == set(range(n_classes))
    assert len(list(GroupKFold(5).split(clips.data, clips.target, clips.groups))) == 5


def test_a_real_folder_without_its_table(real_data):
    """The sub-folders of instrument_notes/audio are its classes: both ways agree."""
    table = load_folder(real_data / "instrument_notes")
    walked = load_folder(real_data / "instrument_notes" / "audio")
    assert walked.target_names == table.target_names
    names = dict(zip(map(os.path.realpath, table.data), table.target, strict=True))
    assert [names[os.path.realpath(file)] for file in walked.data] == walked.target.tolist()
