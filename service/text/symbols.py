"""TeX's names for signs, and the raised and lowered signs that Unicode has."""


def _names(text: str) -> list[str]:
    return text.split()


GREEK = dict(
    zip(
        _names(
            "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu "
            "xi pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega "
            "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
        ),
        "αβγδεεζηθϑικλμνξπϖρϱσςτυφφχψωΓΔΘΛΞΠΣΥΦΨΩ",
        strict=True,
    )
)

# Parts of words: the blank after one only ends its name, as in `\L ukasz`.
LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "th": "þ",
    "TH": "Þ", "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip

THINGS = {
    "S": "§", "P": "¶", "copyright": "©", "pounds": "£",
    "euro": "€", "textregistered": "®", "texttrademark": "™", "textdegree": "°", "textendash": "–",
    "textemdash": "—", "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“",
    "textquotedblright": "”", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^",
    "textunderscore": "_", "textbar": "|", "textless": "<", "textgreater": ">", "textmu": "µ",
    "ell": "ℓ", "hbar": "ℏ", "imath": "ı", "jmath": "ȷ", "Re": "ℜ", "Im": "ℑ", "aleph": "ℵ",
    "wp": "℘", "infty": "∞", "nabla": "∇", "partial": "∂", "emptyset": "∅", "varnothing": "∅",
    "prime": "′", "circ": "∘", "degree": "°", "dagger": "†", "dag": "†", "ddagger": "‡", "star": "⋆",
    "ast": "∗", "bullet": "•", "ldots": "…", "dots": "…", "cdots": "⋯", "vdots": "⋮", "ddots": "⋱",
    "dotsc": "…", "dotsb": "⋯", "langle": "⟨", "rangle": "⟩", "lceil": "⌈", "rceil": "⌉",
    "lfloor": "⌊", "rfloor": "⌋", "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]",
    "vert": "|", "lvert": "|", "rvert": "|", "Vert": "‖", "lVert": "‖", "rVert": "‖", "angle": "∠",
    "top": "⊤", "bot": "⊥", "square": "□", "Box": "□", "diamond": "⋄", "triangle": "△",
    "sharp": "♯", "flat": "♭", "natural": "♮", "checkmark": "✓", "surd": "√",
    "sum": "∑", "prod": "∏", "coprod": "∐", "int": "∫", "iint": "∬", "oint": "∮", "forall": "∀",
    "exists": "∃", "nexists": "∄", "neg": "¬", "lnot": "¬", "colon": ":", "lq": "‘", "rq": "’",
    "LaTeX": "LaTeX", "TeX": "TeX", "qquad": " ", "quad": " ", "newline": " ", "par": " ",
    "space": " ", "enspace": " ", "thinspace": " ", "hfill": " ", "item": " ", "linebreak": " ",
}  # fmt: skip

# Between two things; a blank after one is TeX's own unless there is one before it too.
OPERATORS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "mp": "∓", "leq": "≤", "le": "≤",
    "leqslant": "≤", "geq": "≥", "ge": "≥", "geqslant": "≥", "neq": "≠", "ne": "≠", "equiv": "≡",
    "approx": "≈", "sim": "∼", "simeq": "≃", "cong": "≅", "propto": "∝", "ll": "≪", "gg": "≫",
    "lt": "<", "gt": ">", "lesssim": "≲", "gtrsim": "≳", "prec": "≺", "succ": "≻", "preceq": "⪯",
    "succeq": "⪰", "in": "∈", "notin": "∉", "ni": "∋", "subset": "⊂", "subseteq": "⊆",
    "supset": "⊃", "supseteq": "⊇", "subsetneq": "⊊", "cup": "∪", "cap": "∩", "bigcup": "⋃",
    "bigcap": "⋂", "setminus": "∖", "backslash": "∖", "to": "→", "rightarrow": "→",
    "leftarrow": "←", "gets": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "Leftarrow": "⇐",
    "Leftrightarrow": "⇔", "iff": "⇔", "implies": "⇒", "longrightarrow": "⟶", "mapsto": "↦",
    "longmapsto": "⟼", "hookrightarrow": "↪", "rightharpoonup": "⇀", "uparrow": "↑",
    "downarrow": "↓", "land": "∧", "wedge": "∧", "lor": "∨", "vee": "∨", "oplus": "⊕",
    "ominus": "⊖", "otimes": "⊗", "odot": "⊙", "bigoplus": "⨁", "bigotimes": "⨂", "perp": "⊥",
    "parallel": "∥", "mid": "|", "vdash": "⊢", "models": "⊨", "colonequals": ":=", "coloneqq": ":=",
    "triangleq": "≜", "doteq": "≐", "asymp": "≍", "bowtie": "⋈", "ltimes": "⋉", "rtimes": "⋊",
    "wr": "≀", "amalg": "⨿",
}  # fmt: skip

SIGNS = GREEK | LETTERS | THINGS | OPERATORS

FUNCTIONS = frozenset(
    _names(
        "log ln exp sin cos tan sinh cosh tanh arcsin arccos arctan min max sup inf lim limsup liminf "
        "arg argmin argmax det dim deg ker Pr gcd mod bmod pmod tr rank sgn sign poly polylog"
    )
)

# How something looks, not what it says: dropped, with the blank that ends the name.
LOOKS = frozenset(
    _names(
        "it bf em tt sc rm sl sf cal mit up md bfseries itshape scshape ttfamily rmfamily sffamily "
        "upshape mdseries normalfont tiny scriptsize footnotesize small normalsize large Large LARGE "
        "huge Huge left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm "
        "displaystyle textstyle scriptstyle limits nolimits noindent centering protect xspace relax "
        "raggedright smallskip medskip bigskip allowbreak nobreak null boldmath unboldmath"
    )
)

# Commands that say nothing to a reader, with what stands in their braces.
UNSAID = frozenset(
    _names(
        "cite citep citet citealp citealt citeauthor citeyear parencite textcite autocite footcite "
        "nocite ref eqref cref Cref autoref pageref label footnote footnotetext thanks vspace hspace "
        "begin end index phantom vphantom hphantom includegraphics bibliography input include"
    )
)

# Commands whose first braces say how, and whose second say what.
SECOND_SAYS = frozenset(
    _names("textcolor colorbox href hyperref fontsize raisebox parbox scalebox")
)

ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331", "hat": "\u0302", "widehat": "\u0302",
    "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304", "overline": "\u0305",
    "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "acute": "\u0301", "grave": "\u0300",
    "breve": "\u0306", "check": "\u030c", "mathring": "\u030a",
}  # fmt: skip

DOUBLE_STRUCK = str.maketrans("CHNPQRZE", "ℂℍℕℙℚℝℤ𝔼")

RAISED = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθιφχ′∘*∗†‡°⊤",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᶥᵠᵡ′°**†‡°ᵀ",
        strict=True,
    )
)
LOWERED = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
