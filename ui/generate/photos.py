"""Invented photos of the retina: by grade beside the nearest real ones, the measured answers, and marked downloads."""

from __future__ import annotations

from functools import partial

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.generated.images.command import zipped
from riskmodels.generated.images.examples import Examples
from riskmodels.generated.images.mark import Origin, png
from riskmodels.generated.images.model import RetinaGenerator
from riskmodels.generated.images.photos import GRADES
from ui.generate import photo_grid
from ui.memo import remembered
from ui.text import plain

#: pictures of a download; more by the command
MOST = 200
#: pictures of the strip from none to proliferative
_STRIP = 9


def draw_photos() -> None:
    """Draw the part."""
    try:
        generator, examples, grid = _shipped()
    except CareRiskError as error:
        st.error(f"**There are no invented photos.** {plain(str(error), 300)}", icon=":material/error:")
        return
    st.subheader("Invented photos of the retina", anchor=False)
    answers = generator.card.get("found", [])
    for answer in answers[:2]:
        question, _, rest = answer.partition("?")
        said, _, figures = rest.strip().partition(".")
        st.markdown(f"**{plain(question, 200)}? {plain(said, 200)}.** {plain(figures.strip(), 600)}")
    st.caption(plain(generator.card["limits"][0], 300))
    _draw_downloads(generator)
    _draw_grid(examples, grid)
    _draw_strip(generator)
    with st.expander("All that was measured, in words", expanded=False):
        st.markdown("\n".join(f"- {plain(answer, 800)}" for answer in (*answers, *generator.card["limits"])))
        st.caption(f"Generator {generator.version}. Every figure: docs/generated_images.md.")


@st.cache_resource(show_spinner="Loading the generator", max_entries=1)
def _shipped() -> tuple[RetinaGenerator, Examples, str]:
    """The shipped generator, its examples and their grid in HTML: of nobody, so all sessions share them."""
    generator, examples = RetinaGenerator.load(), Examples.load()
    return generator, examples, photo_grid.grid_html(examples, _drawn(generator, examples))


def _drawn(generator: RetinaGenerator, examples: Examples) -> tuple[bytes, ...]:
    """The examples' pictures, marked, in their order."""
    most = 1 + max(row.number for row in examples.rows)
    made = [generator.sample(grade, most, examples.seed) for grade in range(len(GRADES))]
    origins = [Origin(generator.version, row.grade, examples.seed, row.number) for row in examples.rows]
    return tuple(png(made[row.grade][row.number], at) for row, at in zip(examples.rows, origins, strict=True))


def _draw_grid(examples: Examples, grid: str) -> None:
    st.subheader("By grade, each beside the nearest real photo", anchor=False)
    st.html(grid)
    near = sum(row.memorised for row in examples.rows)
    st.caption(
        f"Large: invented. Small: the photo it learnt from that is nearest by features, with its own grade. Called "
        f"near: nearer than 99 % of photos of other eyes are; {near} of {len(examples.rows)} here. Small photos: "
        "IDRiD, Porwal P et al., Data 2018;3(3):25, CC BY 4.0, cropped and shrunk."
    )


def _draw_strip(generator: RetinaGenerator) -> None:
    st.subheader("One draw from none to proliferative", anchor=False)
    seed = int(st.number_input("Seed of the strip", 0, 2**31 - 1, 1, key="generate_strip_seed", width=180) or 0)
    st.html(remembered("generate_strip", (generator.version, seed), lambda: _strip(generator, seed)))
    st.caption(
        "Of the autoencoder, which blurs: what it can keep of a photo in a few numbers. The draw is the same "
        "throughout, only the grade that it is told changes."
    )


def _strip(generator: RetinaGenerator, seed: int) -> str:
    ats = [k / (_STRIP - 1) * (len(GRADES) - 1) for k in range(_STRIP)]
    origins = [Origin(generator.version, at, seed, k, "autoencoder") for k, at in enumerate(ats)]
    return photo_grid.strip_html(list(map(png, generator.strip(seed, _STRIP), origins)), ats)


def _draw_downloads(generator: RetinaGenerator) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        grade = st.selectbox(
            "Grade of retinopathy",
            range(len(GRADES)),
            index=1,
            format_func=lambda g: f"{g}, {GRADES[g]}",
            key="generate_grade",
            width=200,
        )
        number = st.number_input("Pictures", 1, MOST, 16, key="generate_pictures", width=150)
        seed = st.number_input("Seed of the pictures", 0, 2**31 - 1, 1, key="generate_picture_seed", width=180)
        asked = int(grade or 0), int(number or 1), int(seed or 0)
        st.download_button(
            "Download pictures",
            partial(zipped, generator, *asked),
            file_name=f"invented_retina_grade{asked[0]}_seed{asked[2]}.zip",
            mime="application/zip",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            key="generate_download_pictures",
            help="A zip of PNG files, each with the word INVENTED burnt in and said again in its text.",
        )
