"""Seven families of instruments, described by ranges of physical quantities.

Each family holds a few kinds (nylon and steel guitars, flutes and reeds), and an instrument is one draw from
the ranges of one kind. Orders of magnitude follow N. H. Fletcher and T. D. Rossing, "The Physics of Musical
Instruments", Springer 1998; the ranges are wide on purpose, so that families overlap as they do in
recordings. Formants are (lowest centre in Hz, highest centre in Hz, width in octaves, gain in dB).
"""

from dataclasses import dataclass

Range = tuple[float, float]
NONE: Range = (0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class InstrumentKind:
    """The properties shared by instruments of one kind; each pair is the (low, high) of a uniform draw."""

    register: Range  # lowest and highest note, in MIDI numbers
    # The spectrum at the source.
    tilt: Range  # partial k has the amplitude k ** -tilt
    even: Range = (1.0, 1.0)  # gain of even partials: low in a tube closed at one end
    point: Range = NONE  # where a string is plucked or struck, as a fraction of its length; 0 for no string
    inharmonicity: Range = NONE  # B in f_k = k f_0 sqrt(1 + B k ** 2)
    ranks: tuple[float, ...] = (1.0,)  # pitches that sound together, as multiples of the note's
    rank_partials: int = 60  # largest number of partials per rank
    softness: Range = (0.2, 0.4)  # by how much soft playing steepens the tilt, as a share of the tilt
    # The body that radiates it.
    formants: tuple[tuple[float, float, float, float], ...] = ()
    modes: int = 0  # random resonances of a wooden body
    cutoff: Range = (4000.0, 8000.0)  # in Hz; above it the level falls by 12 dB per octave
    # The course of a note.
    attack: Range = (0.002, 0.008)  # in s
    release: Range = (0.03, 0.12)  # time constant after the key is released, in s
    decay: Range = NONE  # time in which a fundamental of 220 Hz falls by 60 dB, in s; 0 for a driven note
    damping: Range = NONE  # by how much faster a partial decays for each kHz of its frequency
    aftersound: Range = NONE  # share of the amplitude that decays five times as slowly
    swell: Range = NONE  # change of level over the note, in dB
    delay: Range = NONE  # by how many s the tenth partial enters after the first
    # Its fluctuations.
    scoop: Range = NONE  # how far below its pitch the note starts, in cents
    vibrato: Range = NONE  # in cents to either side
    tremolo: Range = NONE  # in dB to either side
    rate: Range = (4.5, 7.0)  # of vibrato and tremolo, in Hz
    wander: Range = NONE  # slow random motion of the pitch, in cents
    unsteady: Range = NONE  # random motion of each partial, in dB
    beat: Range = NONE  # depth of the beating between strings, pipes or players of one note
    # Noise: its level in dB relative to the tone's root mean square, and the centre of its band in Hz.
    noise: Range = (-80.0, -60.0)  # breath or bow, as long as the tone is driven
    noise_centre: Range = (1000.0, 4000.0)
    knock: Range = (-58.0, -38.0)  # hammer, pick, key click: at the start
    knock_centre: Range = (500.0, 3000.0)
    knock_length: Range = (0.005, 0.02)  # time constant in s


_PLUCKED = {"knock": (-16.0, 0.0), "modes": 4, "unsteady": (0.0, 0.2)}
_BLOWN = {"release": (0.03, 0.09), "unsteady": (0.4, 1.2)}

FAMILIES: dict[str, tuple[InstrumentKind, ...]] = {
    "bass": (
        InstrumentKind(  # electric, finger
            **_PLUCKED,
            register=(28, 60),
            tilt=(0.9, 1.6),
            point=(0.1, 0.3),
            inharmonicity=(0.00005, 0.0004),
            decay=(3.0, 8.0),
            damping=(1.5, 5.0),
            cutoff=(700.0, 2500.0),
            knock_centre=(300.0, 1500.0),
        ),
        InstrumentKind(  # upright, plucked
            **_PLUCKED,
            register=(28, 60),
            tilt=(0.9, 1.6),
            point=(0.15, 0.35),
            inharmonicity=(0.00005, 0.0003),
            formants=((80.0, 130.0, 0.4, 6.0), (180.0, 300.0, 0.4, 6.0)),
            attack=(0.005, 0.02),
            decay=(1.2, 4.0),
            damping=(2.0, 7.0),
            cutoff=(700.0, 2000.0),
            scoop=(0.0, 15.0),
            knock_centre=(150.0, 1000.0),
        ),
    ),
    "brass": (
        InstrumentKind(  # trumpet and trombone: a cylindrical bore, bright when loud
            **_BLOWN,
            register=(40, 82),
            tilt=(0.4, 0.8),
            softness=(0.8, 1.8),
            formants=((700.0, 1500.0, 0.8, 10.0), (1800.0, 2800.0, 0.5, 4.0)),
            cutoff=(2500.0, 5000.0),
            attack=(0.025, 0.06),
            swell=(-6.0, 0.0),
            delay=(0.03, 0.08),
            scoop=(20.0, 60.0),
            vibrato=(0.0, 8.0),
            noise=(-60.0, -42.0),
            knock=(-33.0, -16.0),
        ),
        InstrumentKind(  # horn and tuba: a conical bore, darker
            **_BLOWN,
            register=(34, 77),
            tilt=(0.6, 1.0),
            softness=(0.8, 1.8),
            formants=((300.0, 600.0, 0.8, 10.0),),
            cutoff=(1000.0, 2500.0),
            attack=(0.03, 0.08),
            swell=(-6.0, 0.0),
            delay=(0.04, 0.1),
            scoop=(20.0, 70.0),
            vibrato=(0.0, 6.0),
            noise=(-60.0, -44.0),
            knock=(-33.0, -16.0),
        ),
    ),
    "guitar": (
        InstrumentKind(  # nylon
            **_PLUCKED,
            register=(40, 79),
            tilt=(0.8, 1.3),
            point=(0.15, 0.4),
            inharmonicity=(0.00001, 0.00015),
            formants=((90.0, 130.0, 0.3, 6.0), (180.0, 260.0, 0.3, 6.0)),
            decay=(1.2, 3.0),
            damping=(0.6, 1.8),
            cutoff=(2000.0, 5000.0),
            vibrato=(0.0, 8.0),
            knock_centre=(1000.0, 4000.0),
        ),
        InstrumentKind(  # steel and electric
            **_PLUCKED,
            register=(40, 79),
            tilt=(0.4, 1.0),
            point=(0.08, 0.3),
            inharmonicity=(0.00003, 0.0002),
            formants=((90.0, 130.0, 0.3, 5.0), (1800.0, 3500.0, 0.5, 6.0)),
            decay=(2.0, 6.0),
            damping=(0.3, 1.2),
            cutoff=(3000.0, 6000.0),
            vibrato=(0.0, 8.0),
            knock_centre=(1500.0, 5000.0),
        ),
    ),
    "organ": (
        InstrumentKind(  # tonewheels: sines by drawbars, key click
            register=(36, 84),
            tilt=(0.0, 0.3),
            ranks=(0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0),
            rank_partials=2,
            softness=NONE,
            attack=(0.003, 0.012),
            release=(0.004, 0.02),
            tremolo=(0.0, 3.0),
            vibrato=(0.0, 8.0),
            knock=(-24.0, -2.0),
            knock_centre=(1500.0, 6000.0),
            knock_length=(0.001, 0.005),
        ),
        InstrumentKind(  # pipes: ranks of whole spectra, wind
            register=(36, 84),
            tilt=(0.9, 1.6),
            even=(0.3, 1.0),
            ranks=(0.5, 1.0, 2.0, 3.0, 4.0),
            rank_partials=16,
            softness=NONE,
            attack=(0.015, 0.06),
            release=(0.02, 0.06),
            beat=(0.0, 0.2),
            unsteady=(0.0, 0.2),
            noise=(-55.0, -40.0),
        ),
    ),
    "piano": (
        InstrumentKind(  # grand
            register=(34, 88),
            tilt=(0.8, 1.3),
            point=(0.11, 0.14),
            inharmonicity=(0.0003, 0.0012),
            softness=(0.4, 1.0),
            decay=(4.0, 8.0),
            damping=(0.5, 1.6),
            aftersound=(0.1, 0.25),
            beat=(0.1, 0.4),
            cutoff=(2000.0, 5000.0),
            knock=(-20.0, -4.0),
            knock_centre=(150.0, 600.0),
            knock_length=(0.015, 0.04),
        ),
        InstrumentKind(  # upright
            register=(34, 88),
            tilt=(0.8, 1.4),
            point=(0.09, 0.16),
            inharmonicity=(0.0005, 0.002),
            softness=(0.4, 1.0),
            modes=6,
            decay=(2.5, 6.0),
            damping=(0.7, 2.0),
            aftersound=(0.05, 0.2),
            beat=(0.2, 0.5),
            cutoff=(1500.0, 4000.0),
            knock=(-16.0, 0.0),
            knock_centre=(150.0, 700.0),
            knock_length=(0.015, 0.05),
        ),
    ),
    "strings": (
        InstrumentKind(  # one player
            register=(36, 88),
            tilt=(0.7, 1.1),
            softness=(0.1, 0.4),
            formants=((250.0, 550.0, 0.3, 6.0), (2000.0, 3200.0, 0.7, 6.0)),
            modes=8,
            attack=(0.06, 0.2),
            release=(0.06, 0.18),
            swell=(-3.0, 6.0),
            vibrato=(5.0, 35.0),
            wander=(2.0, 6.0),
            unsteady=(0.8, 2.0),
            noise=(-38.0, -24.0),
            noise_centre=(2500.0, 6000.0),
        ),
        InstrumentKind(  # a section
            register=(36, 86),
            tilt=(0.8, 1.2),
            softness=(0.1, 0.4),
            formants=((250.0, 550.0, 0.5, 4.0), (2000.0, 3200.0, 0.7, 4.0)),
            modes=6,
            attack=(0.08, 0.3),
            release=(0.1, 0.3),
            swell=(-3.0, 6.0),
            vibrato=(0.0, 12.0),
            wander=(2.0, 8.0),
            unsteady=(1.5, 4.0),
            beat=(0.3, 0.6),
            noise=(-40.0, -26.0),
            noise_centre=(2500.0, 6000.0),
        ),
    ),
    "woodwind": (
        InstrumentKind(  # flute: few partials, breath
            **_BLOWN,
            register=(50, 92),
            tilt=(1.4, 2.4),
            even=(0.6, 1.2),
            softness=(0.2, 0.8),
            attack=(0.03, 0.1),
            swell=(-3.0, 3.0),
            vibrato=(0.0, 12.0),
            tremolo=(0.5, 3.0),
            wander=(1.0, 4.0),
            noise=(-32.0, -18.0),
            noise_centre=(1000.0, 4000.0),
        ),
        InstrumentKind(  # clarinet: a cylinder closed at the reed
            **_BLOWN,
            register=(40, 88),
            tilt=(0.6, 1.1),
            even=(0.03, 0.25),
            softness=(0.2, 0.8),
            formants=((1200.0, 2000.0, 0.6, 5.0),),
            cutoff=(2000.0, 4500.0),
            attack=(0.02, 0.06),
            swell=(-3.0, 3.0),
            vibrato=(0.0, 4.0),
            noise=(-44.0, -30.0),
            noise_centre=(1000.0, 4000.0),
        ),
        InstrumentKind(  # oboe, bassoon, saxophone: a cone
            **_BLOWN,
            register=(36, 86),
            tilt=(0.4, 0.9),
            softness=(0.2, 0.8),
            formants=((900.0, 1500.0, 0.5, 9.0), (2400.0, 3400.0, 0.4, 6.0)),
            cutoff=(2500.0, 5000.0),
            attack=(0.02, 0.05),
            swell=(-3.0, 3.0),
            scoop=(0.0, 20.0),
            vibrato=(0.0, 15.0),
            tremolo=(0.0, 1.5),
            noise=(-44.0, -28.0),
            noise_centre=(1000.0, 4000.0),
        ),
    ),
}
