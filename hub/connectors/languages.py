"""Language codes: what libraries write (ISO 639-2, the bibliographic form: "ger") and what we say (BCP 47: "de").

BCP 47 takes the two-letter code where there is one, else the three-letter code as it is; so the table is that of
ISO 639-1, and what is not in it passes through in both directions. "und" (undetermined) and "zxx" (no language in it:
a drill) say nothing about a language and are None.
"""

from __future__ import annotations

import re

LETTERS = """
aa aar ab abk ae ave af afr ak aka am amh an arg ar ara as asm av ava ay aym az aze ba bak be bel bg bul bi bis bm bam
bn ben bo tib br bre bs bos ca cat ce che ch cha co cos cr cre cs cze cu chu cv chv cy wel da dan de ger dv div dz dzo
ee ewe el gre en eng eo epo es spa et est eu baq fa per ff ful fi fin fj fij fo fao fr fre fy fry ga gle gd gla gl glg
gn grn gu guj gv glv ha hau he heb hi hin ho hmo hr hrv ht hat hu hun hy arm hz her ia ina id ind ie ile ig ibo ii iii
ik ipk io ido is ice it ita iu iku ja jpn jv jav ka geo kg kon ki kik kj kua kk kaz kl kal km khm kn kan ko kor kr kau
ks kas ku kur kv kom kw cor ky kir la lat lb ltz lg lug li lim ln lin lo lao lt lit lu lub lv lav mg mlg mh mah mi mao
mk mac ml mal mn mon mr mar ms may mt mlt my bur na nau nb nob nd nde ne nep ng ndo nl dut nn nno no nor nr nbl nv nav
ny nya oc oci oj oji om orm or ori os oss pa pan pi pli pl pol ps pus pt por qu que rm roh rn run ro rum ru rus rw kin
sa san sc srd sd snd se sme sg sag si sin sk slo sl slv sm smo sn sna so som sq alb sr srp ss ssw st sot su sun sv swe
sw swa ta tam te tel tg tgk th tha ti tir tk tuk tl tgl tn tsn to ton tr tur ts tso tt tat tw twi ty tah ug uig uk ukr
ur urd uz uzb ve ven vi vie vo vol wa wln wo wol xh xho yi yid yo yor za zha zh chi zu zul
"""
PAIRS = LETTERS.split()
TO_LIBRARY = dict(zip(PAIRS[::2], PAIRS[1::2], strict=True))
FROM_LIBRARY = {library: tag for tag, library in TO_LIBRARY.items()}
CODE = re.compile(r"[a-z]{2,3}")
NO_LANGUAGE = frozenset({"und", "zxx"})


def bcp47(code: str) -> str | None:
    """ "ger" is "de", "smn" stays; None for what names no language."""
    code = code.strip().lower()
    if not CODE.fullmatch(code) or code in NO_LANGUAGE:
        return None
    return FROM_LIBRARY.get(code, code)


def library_code(tag: str) -> str:
    """ "de" and "de-AT" are "ger"; a three-letter tag stays."""
    primary = tag.strip().lower().partition("-")[0]
    return TO_LIBRARY.get(primary, primary)
