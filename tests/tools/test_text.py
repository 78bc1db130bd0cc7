"""Titles, abstracts and headers as people read them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text import (
    collapse,
    columns,
    header_safe,
    plain,
    readable,
    sentences,
    shorten,
    title_key,
    wrap,
)

anything = st.text(max_size=300)
tex_like = st.text(alphabet="ab 12\\{}$^_~'`\"-&;.%cite[]", max_size=120)


@pytest.mark.parametrize(
    ("tex", "wanted"),
    [
        (r"$\mathcal{O}(n^2)$ time", "O(n²) time"),
        (r"$\alpha$-nets in $\mathbb{R}^d$", "α-nets in ℝᵈ"),
        (r"\textbf{Bold}, \emph{slanted $x_i$} and {\it old}", "Bold, slanted xᵢ and old"),
        (r"as shown~\cite{ada,bo}.", "as shown."),
        (r"1990--2000 --- a range", "1990–2000 — a range"),
        (r"``quoted'' words", "“quoted” words"),
        (r"10\% of \$5 \& \_", "10% of $5 & _"),
        (r"$\frac{a+b}{c}$, $\sqrt{n}$", "(a+b)/c, √n"),
        (r"$O(n\log n)$ and $x\in X$", "O(n log n) and x∈X"),
        (r"$^{\circ}$C, H$_2$O, km s$^{-1}$", "°C, H₂O, km s⁻¹"),
        (r"$\hat{x}$ and $\tilde O$", "x̂ and Õ"),
        (r"\href{https://x.example/a_b}{our page}", "our page"),
        (r"{B}ayesian {GAN}s", "Bayesian GANs"),
        (r"$\theta_{\text{train}}$ and $L_{\infty}$", "θₜᵣₐᵢₙ and L_∞"),
        (r"$x^{\gamma q}$ stays legible", "x^(γ q) stays legible"),
        (r"$\left\{ x \right\}$", "{ x }"),
        (r"\begin{equation} a \end{equation} b", "a b"),
        (r"\unknown{kept} and \model{} too", "kept and model too"),
        (r"{\it cut in the midd", "cut in the midd"),
        (r"gleft( x,v,t right)", "gleft( x,v,t right)"),
    ],
)
def test_leftovers_of_tex_become_readable(tex: str, wanted: str) -> None:
    """Pitfall 36."""
    assert readable(tex) == wanted


@pytest.mark.parametrize(
    ("tex", "wanted"),
    [
        (r"Andr\'e, M\"uller, Ad\'{e}", "André, Müller, Adé"),
        (r"\L ukasz, \o re, stra{\ss}e, {\'e}", "Łukasz, øre, straße, é"),
        (r"\v{S}imun, \c{c}a, na\"\i ve, Erd\H{o}s", "Šimun, ça, naïve, Erdős"),
    ],
)
def test_accents_of_tex_become_letters(tex: str, wanted: str) -> None:
    assert readable(tex) == wanted


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("in mathcal{O}(varepsilon^{-2}) steps", "in O(ε⁻²) steps"),
        ("decays as N^{-alpha}, alpha=4/d", "decays as N⁻ᵅ, alpha=4/d"),
        ("holds for a leq b", "holds for a ≤ b"),
        ("of n^γ and ^{254}No", "of nᵞ and ²⁵⁴No"),
    ],
)
def test_backslashes_that_a_page_lost_are_missed_no_more(page: str, wanted: str) -> None:
    assert readable(page) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "x < y and a > b",
        "snake_case, file_1 and BERT_base",
        "costs $5 here and $6 there",
        "about ~5% (~10) of them",
        "don't say 'it'",
        "run it with --fast",
        "the set {a, b}",
        "see https://x.example/~ada/a_1",
        "R&D at AT&T",
    ],
)
def test_what_is_no_tex_stays_as_it_is(text: str) -> None:
    assert readable(text) == text


def test_entities_are_unescaped_once() -> None:
    assert readable("AT&amp;T, &lt;b&gt;, &amp;lt;") == "AT&T, <b>, &lt;"


@given(st.one_of(anything, tex_like))
def test_readable_text_is_one_line_without_controls(text: str) -> None:
    found = readable(text)
    assert found == collapse(plain(found))
    assert "\0" not in found


@given(st.text(alphabet="abc αβ.,:;!?()", max_size=200))
def test_words_come_out_of_readable_unchanged(text: str) -> None:
    assert readable(text) == collapse(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    "piece",
    ["{", "}", "$", "\\", "^{", "x^{", "\\frac{", "\\cite{a} ", "\\hat", "``", "&amp", "\\'", "_ "],
)
def test_a_hostile_text_is_read_in_linear_time(piece: str) -> None:
    assert len(readable(piece * 20_000)) <= 20_000 * len(piece) * 2


def test_deep_nesting_ends_no_reader() -> None:
    assert readable("{\\it " * 5_000 + "deep" + "}" * 5_000).endswith("deep")


# ── headers ──


@pytest.mark.parametrize(
    ("hostile", "wanted"),
    [
        ("a title\r\nBcc: evil@y.example", "a title Bcc: evil@y.example"),
        ("=?utf-8?q?a=0ABcc:_evil@y.example?=", "= ?utf-8?q?a=0ABcc:_evil@y.example?="),
        ("=\x00?utf-8?", "= ?utf-8?"),
        ("seen\u202edneddih\u200b\ufeff", "seendneddih"),
        ("line\u2028by\u2029line\x85x", "line by line x"),
    ],
)
def test_a_header_holds_no_line_break_and_no_encoded_word(hostile: str, wanted: str) -> None:
    """Pitfall 37."""
    assert header_safe(hostile, 100) == wanted


@given(anything, st.integers(1, 80))
def test_a_header_is_one_short_line_of_visible_signs(text: str, limit: int) -> None:
    safe = header_safe(text, limit)
    assert len(safe) <= limit
    assert "=?" not in safe
    assert not any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in safe)
    assert header_safe(safe, limit) == safe


@given(anything)
def test_plain_text_keeps_lines_and_loses_what_hides(text: str) -> None:
    bare = plain(text)
    assert plain(bare) == bare
    assert not set("\r\0\x1b\u202e\u200b\u2028") & set(bare)
    bare.encode()


def test_joiners_that_shape_letters_stay_in_bodies() -> None:
    assert plain("می‌خواهم") == "می‌خواهم"
    assert "\u200c" not in header_safe("می‌خواهم", 50)


# ── sentences and lines ──


def test_abbreviations_and_initials_end_no_sentence() -> None:
    text = "We follow J. Doe et al. Here, e.g. Fig. 2 counts 3.5 steps. It works! Does it? 是。对。"
    assert sentences(text) == (
        "We follow J. Doe et al. Here, e.g. Fig. 2 counts 3.5 steps.",
        "It works!",
        "Does it?",
        "是。",
        "对。",
    )


def test_a_long_text_ends_at_a_sentence_where_one_is_near() -> None:
    assert (
        shorten("One two three. Four five six. Seven eight nine.", 33)
        == "One two three. Four five six. …"
    )


def test_a_long_sentence_ends_at_a_word() -> None:
    assert shorten("One two three four five, six seven", 25) == "One two three four five…"


def test_a_word_without_end_is_cut_between_letters() -> None:
    assert shorten("e\u0301" * 50, 10).removesuffix("…") == "e\u0301" * 4
    assert shorten("字" * 50, 10) == "字" * 9 + "…"


@given(anything, st.integers(1, 100))
def test_a_shortened_text_fits_and_stays(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert shorten(short, limit) == short


@given(st.text(alphabet="ab 字é\n", max_size=200), st.integers(10, 40), st.integers(0, 5))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int, indent: int) -> None:
    lines = (" " * indent + wrap(text, width, " " * indent)).split("\n")
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_link_is_never_broken_over_lines() -> None:
    link = "https://papers.example/" + "x" * 100
    assert wrap(f"see {link} now", 30).split("\n") == ["see", link, "now"]


def test_titles_differ_by_letters_and_digits_only() -> None:
    assert title_key("$\\alpha$-nets") == title_key("α-Nets") == title_key("alpha nets")
    assert title_key("0") == "0"
    assert title_key("?!") == "?!"
