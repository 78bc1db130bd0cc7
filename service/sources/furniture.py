"""What stands on a Papers page besides papers: menus, buttons, the newsletter's line."""

import re

_MENU_WORDS = """
    Models|Datasets|Spaces|Buckets|new|New|Posts|Docs|Enterprise|Pricing|Website|Tasks|Hub|Menu|Press
    HuggingChat|Collections|Languages|Organizations|Community|Blog|Learn|Discord|Forum|GitHub|Github
    Solutions|Team & Enterprise|Team &amp; Enterprise|Hugging Face PRO|Enterprise Support|Compute
    Inference Providers|Inference Endpoints|Storage Buckets|Log In|Login|Sign Up|Sign In|Changelog
    Hugging Face|Hugging Face's logo|Papers|Daily Papers|Daily|Weekly|Monthly|Trending|by|AK|Company
    TOS|Terms of Service|Privacy|Privacy Policy|About|Jobs|Careers|System theme|Toggle theme|Light|Dark
    Back to top|Next|Previous|Prev|Home|Twitter|LinkedIn|X|arXiv Page|Project Page|Load more|Show more
    View all|Search|References|Visible links|Hidden links:
"""
_MENU_WORD = "|".join(
    re.escape(word) for word in re.split(r"[|\n]\s*", _MENU_WORDS) if word.strip()
)

MENU = re.compile(rf"(?:(?:{_MENU_WORD})(?: |$))+")
"""A line of menu words; a paper may be called like one of them."""

FRAME = re.compile(
    r"subscribe|(?:daily|trending|weekly|monthly) papers(?: - hugging face)?|submit (?:a )?papers?"
    r"|and the research community|search by arxiv id or title.*|papers with code|copy markdown"
    r"|[\[\]\d ]*\]\[\d+\]|https?://\S+|\d+\. https?://\S+|©.*|#?\d+ paper of the (?:day|week|month)|loading[. …]*"
    r"|github [\d.,]+[km]?(?: arxiv page)?|(?:about |over )?(?:an?|\d+) (?:minute|hour|day|month|year)s? ago"
    r"|week \d{1,2}(?:, \d{4})?|\d{4}-w\d{2}",
    re.IGNORECASE,
)
"""A line that is never a title."""

MARK = re.compile(
    r"get trending papers in your email inbox(?: once a day)?[!.]?"
    r"|by.{0,200}and the research community",
    re.IGNORECASE,
)
"""A line that only a Papers page has."""

RUN_IN = re.compile(r"Subscribe(?!(?:rs?|d|s)\b)(\S.+)")
"""The newsletter's button, run into the title that follows."""
