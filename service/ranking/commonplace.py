"""Commonplace words: they may carry a score, but tell a reader nothing of what a paper is about."""

_COMMONPLACE = """
    abstract achieve achieved achieves aim aims al analysed analyses analysis analyze analyzed apply
    applied applying approach approaches article articles aspect aspects author authors available
    based basis better case cases challenge challenges com common compare compared comparing
    comparison consider considered considering contribution contributions copyright current
    currently demonstrate demonstrated demonstrates describe described describes determine
    determined determining develop developed developing difference differences different difficult
    direct direction directions directly discuss discussed discusses doi effective effectively
    efficient efficiently eg elsevier et evaluate evaluated evaluates evaluating evaluation example examples
    exist existing experiment experiments experimental extensive factor factors find finding
    findings following found full future general generally github given good great help helps high
    higher highly http https ie idea ideas identify important improve improved improvement
    improvements improves improving include includes including increase increased increases
    introduce introduced introduces investigate investigated investigates investigating
    investigation involved issue issues kind kinds known large larger lead leads level levels
    limited literature low lower main major makes mean means method methodology methods multiple
    need needed needs new note novel number numbers obtain obtained open order org outperform
    outperforms paper papers part particular parts people perform performance performed performs
    point points possible potential present presented presents previous previously problem problems
    propose proposed proposes provide provided provides providing public publicly published recent
    recently related release released report reported reports require required requires research
    reserved result resulting results rights role set sets significant significantly similar simple
    simply single small solution solutions solve specific springer state step steps strong studied studies
    study studying suggest suggests task tasks technique techniques term terms time times today
    type types typical typically understand understanding useful value values vs way ways well wide
    widely wiley work working works www year years
"""
COMMONPLACE = frozenset(_COMMONPLACE.split())


def tells(word: str) -> bool:
    """Whether a word, as `words` gives it, says something of a subject; numbers don't."""
    return word not in COMMONPLACE and not word.isdecimal()
