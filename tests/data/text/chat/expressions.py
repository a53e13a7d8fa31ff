# SPDX-License-Identifier: Apache-2.0
"""Expressions and statements whose results generate.py writes. None prints what Python names by its
address or its own types: functions, views of dicts, generators."""

VARIABLES = {
    "n": 7, "f": 2.5, "neg": -3, "zero": 0, "big": 1e20, "small": 1e-7, "t": True, "no": False, "nothing": None,
    "s": "Hello World", "e": "", "u": "Ünïcödé 日本 🙂", "pad": "  \t x y \n ", "quote": "it's \"q\"",
    "lines": "one\ntwo\n\nfour", "html": "<a href='x'>&amp;</a>",
    "l": [3, 1, 2], "words": ["b", "A", "c", "B"], "mixed": [1, "a", None, True, 2.0, [1], {"k": "v"}],
    "d": {"b": 1, "a": 2, "C": 3, "items": 5, "nested": {"x": [1, 2, {"y": "deep"}]}},
    "people": [{"name": "Ann", "age": 30, "city": "B"}, {"name": "bob", "age": 25, "city": "a"},
               {"name": "Cid", "age": 30, "city": "b"}, {"name": "dan"}],
}

OUTPUTS = """
n + 1|n - 10|n * 2|n / 2|n // 2|-n // 2|n % 3|-n % 3|n % -3|n ** 2|2 ** -1|2 ** 0.5|f + 1|f // 2|-f % 2|+n|-n|--n|- -n
1 + 2 * 3|(1 + 2) * 3|2 ** 3 ** 2|-2 ** 2|10 - 3 - 2|100 / 10 / 2|7 // 2 * 2|1_000|0x1f|0o17|0b101|1e3|1.5e-3|1_0.5
1/0|1 % 0|1 // 0|n / zero|2 ** 62|2 ** 10|t + 1|t * 3|no + no|1 + 1.0|3.0|1e16|1e15|123456789012345680.0|0.1 + 0.2|1e-5|0.0001|100.0 * 3
big|small|f|1e100|-0.0|1.0e22|5e-324|0.00001234|12345.678|1e16 + 1
s + '!'|'a' ~ 1 ~ none ~ true ~ 2.5|s * 2|2 * 'ab'|'a' * 0|'a' * -1|'a' + 1|1 + 'a'|'a' - 'b'|l + [4]|[1] * 3|(1, 2) + (3,)|l + (1,)|none + 1
s[0]|s[-1]|s[99]|u[0]|u[-1]|u[2:5]|u[::-1]|s[1:]|s[:3]|s[::2]|s[5:2]|s[-3:]|s[:-3]|s[::-2]|s[10:0:-3]|l[0]|l[-1]|l[5]|l[1:]|l[::-1]|l[:-1]|s[::0]
d.a|d['a']|d.nested.x[2].y|d['nested']['x'][0]|d.missing|d['missing']|d.missing.more|d.keys() | list|d.values() | list|d['items']|d.get('a')|d.get('zz')|d.get('zz', 3)|d.nested['x'][-1]['y']
l.0|l.1|d.0|missing|missing.x|missing['x']|missing()|missing + 1|missing ~ 'x'|missing or 'y'|missing and 'y'|not missing|missing == missing|missing == none|-missing
n == 7|n == 7.0|t == 1|'a' == 'a'|'a' == 1|l == [3, 1, 2]|d == d|(1, 2) == [1, 2]|none == false|n != 8|1 < 2|1 < 2 < 3|1 < 2 > 3|'a' < 'b'|'B' < 'a'|[1, 2] < [1, 3]|1 < 'a'|none < 1|2 >= 2|2 <= 1|1 == 1 == true
'H' in s|'z' in s|'' in s|3 in l|9 in l|'a' in d|'a' not in d|3 not in l|1 in s|none in l|'x' in missing|(1,2) in [(1,2)]|'ell' in s|not 'z' in s|1 in 1
n if t else 0|n if no else 0|(n if no) is defined|'x' if no|1 if no else 2 if no else 3|t and n|no and n|no or n|'' or [] or 'z'|1 and 2 and 3|not t|not not t|not n == 7
[1, 'a', none, true, 2.5]|(1,)|()|(1, 2)|1, 2|{'a': 1, 'b': [1, {'c': none}]}|{}|[]|{1: 2, 1.0: 3, true: 4}|{'a': 1, 'a': 2}|[[1], (2, 3)]|{(1, 2): 3}|{[1]: 2}|[quote, 'a\\nb', 'tab\\t', '\\\\']|['\\x00\\x1f\\x7f', 'é', '\\u200b', '🙂']
'single \\'q\\''|"double \\"q\\""|'\\n\\t\\\\'|'\\u00e9\\x41\\101'|'\\q'|'a' 'b' "c"|'\\U0001F642'
s.upper()|s.lower()|s.title()|s.capitalize()|s.swapcase()|u.upper()|u.lower()|'straße'.upper()|'ΟΔΥΣΣΕΥΣ'.lower()|"they're bill's".title()|'ab1c d-e'.title()|'ǆ'.upper()|'İ'.lower()
pad.strip()|pad.lstrip()|pad.rstrip()|'xxhixx'.strip('x')|'abcba'.strip('ab')|'xyhi'.lstrip('yx')|'hixy'.rstrip('yx')|'éhé'.strip('é')|'  '.strip()|'\\u3000a\\u00a0'.strip()|s.strip(none)
s.split()|s.split(' ')|s.split('o')|s.split('o', 1)|s.rsplit('o', 1)|pad.split()|' a  b '.split(' ')|'a,b,,c'.split(',')|''.split()|''.split(',')|'a b c'.split(none, 1)|'a b c'.rsplit(none, 1)|'a'.split('')|'a</think>b'.split('</think>')[-1]|'x'.split('y')[0]|lines.splitlines()|lines.splitlines(true)|'a\\r\\nb\\rc'.splitlines()
s.startswith('He')|s.startswith('x')|s.endswith('ld')|s.endswith(('x', 'd'))|s.startswith(('a', 'H'))|s.startswith('e', 1)|s.find('o')|s.find('o', 5)|s.find('zz')|s.rfind('o')|s.index('W')|s.index('zz')|s.count('l')|'aaa'.count('aa')|'abc'.count('')|u.find('日')
s.replace('l', 'L')|s.replace('l', 'L', 1)|'abc'.replace('', '-')|s.replace('World', '')|'aaa'.replace('aa', 'b')|', '.join(['a', 'b'])|''.join(words)|','.join([1])|'-'.join('abc')|s.partition(' ')|s.rpartition('o')|s.partition('zz')|s.rpartition('zz')
'5'.zfill(3)|'-5'.zfill(4)|'a'.center(5)|'ab'.center(5, '*')|'abc'.center(6)|'a'.ljust(3) ~ '|'|'a'.rjust(3)|'x'.ljust(3, 'é')|'prefix_x'.removeprefix('prefix_')|'x.py'.removesuffix('.py')|'a\\tb'.expandtabs(4)
'123'.isdigit()|'12a'.isdigit()|''.isdigit()|'abc'.isalpha()|'ab1'.isalnum()|'ABC'.isupper()|'Abc'.isupper()|'abc1'.islower()|'  '.isspace()|''.isspace()|'Title Case'.istitle()|'日本'.isalpha()|'a'.isascii()|'é'.isascii()|'٣'.isdecimal()
'{} {}'.format(1, 'a')|'{0} {1} {0}'.format('a', 'b')|'{x}'.format(x=5)|'{:>5}|{:<5}|{:^5}'.format('a', 'b', 'c')|'{:.2f}'.format(3.14159)|'{:05d}'.format(42)|'{:,}'.format(1234567)|'{{}}'.format()|'{!r}'.format('a')|'{:x} {:#x} {:b}'.format(255, 255, 5)|'{:+d}'.format(3)|'{:.3}'.format('abcdef')|'{:e}'.format(12345.678)|'{:%}'.format(0.25)|'{}'.format()|'{:*^9}'.format('mid')
'%s-%d' % ('a', 3)|'%s' % 1|'%05.2f' % 3.14159|'%x' % 255|'%%' % ()|'%(a)s' % {'a': 1}|'%s %s' % ('a',)|'%5s|%-5s|' % ('a', 'b')|'%r' % 'a'|'%d' % 3.9|'%+d' % 5|'%e' % 12345.678|'%g' % 0.0001|'%c' % 65|'%s' % none|'%d' % 'a'|'%.3s' % 'abcdef'
l | length|s | length|u | length|d | length|e | count|none | length|missing | length|n | length|'' | length
s | upper|s | lower|'hello world-foo (bar)' | title|'HELLO' | capitalize|pad | trim|'xax' | trim('x')|s | replace('o', '0')|s | replace('o', '0', 1)|n | replace('7', '8')|n | string|none | string|t | string|s | string | length
l | first|l | last|[] | first|[] | last|s | first|s | last|d | first|l | join|l | join(', ')|words | join('-') | upper|people | join(', ', attribute='name')|people | map(attribute='name') | join(',')|mixed | join('|')|none | join
l | sort|l | sort(reverse=true)|words | sort|words | sort(case_sensitive=true)|people | sort(attribute='name') | map(attribute='name') | list|people[:3] | sort(attribute='age,name') | map(attribute='name') | list|mixed | sort|d | dictsort|d | dictsort(true)|d | dictsort(reverse=true)|{'x': 2, 'y': 1} | dictsort(by='value')|l | reverse | list|s | reverse|words | unique | list|[1, 1.0, true, 2] | unique | list|words | unique(case_sensitive=true) | list
l | sum|l | sum(start=10)|people[:3] | sum(attribute='age')|[] | sum|l | min|l | max|words | min|words | max|[] | min|people[:3] | max(attribute='age')|['a', 1] | max|[[1], [2]] | sum(start=[])
people | selectattr('age') | map(attribute='name') | list|people | selectattr('age', 'equalto', 30) | map(attribute='name') | list|people | selectattr('age', 'defined') | list | length|people | rejectattr('age', 'defined') | list|people | rejectattr('name', 'equalto', 'Ann') | map(attribute='name') | list|people | selectattr('name', 'in', ['Ann', 'bob']) | list | length|people | selectattr('age', '>', 26) | list|people[:3] | selectattr('age', 'gt', 26) | map(attribute='name') | list
[1, 2, 3, 4] | select('odd') | list|[1, 2, 3] | reject('odd') | list|[0, 1, '', 'a', none] | select | list|[0, 1, ''] | reject | list|l | select('greaterthan', 1) | list|l | map('string') | list|words | map('upper') | list|words | map('replace', 'A', 'x') | list|people | map(attribute='age', default=0) | list|people | map(attribute='zz') | list|[[1, 2]] | map('first') | list|l | map('nofilter') | list|[1] | select('notest') | list|['a.b'] | map('length') | list
none | select('odd') | list|none | map('upper') | list|0 | rejectattr('x') | list|missing | default('x')|none | default('x')|'' | default('x')|'' | default('x', true)|missing | d('y')|d.zz | default('none')|missing | default|nothing | default('q', boolean=true)
'42' | int|'4x' | int|'4x' | int(default=-1)|'3.9' | int|3.9 | int|-3.9 | int|none | int|'0x1f' | int(0, 16)|'0x1f' | int|'1f' | int(base=16)|' 7 ' | int|'1_000' | int|t | int|'inf' | int|'2.5' | float|'x' | float|'x' | float(1.5)|3 | float|'1e3' | float|'nan' | float|' -2.5 ' | float
2.5 | round|3.5 | round|2.675 | round(2)|1234.567 | round(-2)|42.55 | round(1, 'floor')|42.51 | round(1, 'ceil')|7 | round|-1.5 | round|2.5 | round | int|15 | round(-1)|0.5 | round(method='x')|-3 | abs|-2.5 | abs|'a' | abs
lines | indent|lines | indent(2)|lines | indent(2, true)|lines | indent(2, blank=true)|lines | indent('> ')|'a\\n' | indent|'' | indent|n | indent|lines | indent(width=1, first=true, blank=true)
d | tojson|l | tojson|s | tojson|u | tojson|none | tojson|t | tojson|f | tojson|html | tojson|quote | tojson|mixed | tojson|d | tojson(indent=2)|[] | tojson(indent=2)|{} | tojson(indent=4)|[[], {}, [1]] | tojson(indent=1)|u | tojson(ensure_ascii=true)|{'b': 1, 'a': 2} | tojson(sort_keys=true)|d | tojson(separators=(',', ':'))|missing | tojson|{1: 2, none: 3, true: 4, 2.5: 5} | tojson|big | tojson|small | tojson|(1, 2) | tojson|'a\\u2028\\x7f\\x01\\b\\f' | tojson|range | tojson|{'a': missing} | tojson|1e16 | tojson|d | tojson(indent='--')|[1] | tojson(indent=0)
l | list|s | list|d | list|none | list|n | list|(1, 2) | list|range(3) | list|d | items | list|missing | items | list|l | items | list
(html | safe) + '<' + s|'<' + ('<' | safe)|html | e | e == html | e|(html | e) is escaped|html is escaped|[html | safe]|(html | safe) ~ '<'|html | forceescape|html | escape|html | e|html | safe|html | e | length|'a b c d' | wordcount|['texts of more than a few', u, 'letters'] | join(' ') | wordcount|people | wordcount|'foo bar baz qux' | truncate(9)|'foo bar baz qux' | truncate(9, true)|'foo bar baz qux' | truncate(11)|'foo bar baz qux' | truncate(11, false, '...', 0)|'a' | center(5)|'%s, %s!' | format('a', 'b')|'%(x)s' | format(x=1)
s | urlencode|u | urlencode|'a/b c?d=e&f~_.-%+' | urlencode|'' | urlencode|5 | urlencode|none | urlencode|missing | urlencode|{'a b': 'c/d', 'e': 1, 'é': none} | urlencode|[('a', 'b/'), ('c', [1])] | urlencode|[['x', 'y'], 'zw'] | urlencode|[1] | urlencode|[(1, 2, 3)] | urlencode|{} | urlencode
0 | filesizeformat|1 | filesizeformat|999 | filesizeformat|1000 | filesizeformat|1024 | filesizeformat(true)|1023 | filesizeformat(binary=true)|13000 | filesizeformat|4.1e6 | filesizeformat|123456789 | filesizeformat(true)|1e27 | filesizeformat|1e30 | filesizeformat|1e24 | filesizeformat|-5.7 | filesizeformat|-0.5 | filesizeformat|'2048' | filesizeformat(true)|999999 | filesizeformat|5e26 | filesizeformat(true)|1.9 | filesizeformat|true | filesizeformat
[1, 2, 3, 4, 5] | batch(2) | list|[1, 2, 3] | batch(2, 0) | list|[1, 2, 3, 4, 5] | slice(2) | list|[1, 2, 3] | slice(2, 'x') | list|people[:3] | groupby('age') | list | length
d | attr('a')|people | groupby('city') | map('first') | list|people[:3] | groupby('city') | map('first') | list
n is defined|missing is defined|missing is undefined|missing is not defined|none is none|n is none|nothing is none|s is string|n is string|d is mapping|l is mapping|l is sequence|s is sequence|d is sequence|n is sequence|l is iterable|n is iterable|missing is iterable|missing is sequence|s is iterable|n is number|f is number|t is number|t is boolean|n is integer|t is integer|f is float|t is true|n is true|no is false|zero is false|range is callable|s is callable|s.upper is callable
3 is odd|3 is even|'a' is odd|6 is divisibleby 3|6 is divisibleby(4)|'abc' is lower|'ABC' is upper|1 is eq 1|1 is equalto 2|1 is ne 2|2 is gt 1|2 is lessthan 1|1 is in [1]|1 is in([2])|'a' is in 'abc'|1 is sameas 1|true is sameas true|1 is sameas true|'upper' is filter|'nope' is filter|'odd' is test|n is not string|not n is string|n is string or n is number|n is nosuch|1 is ge 1|2 is <= 2
range(5) | list|range(2, 5) | list|range(5, 2, -1) | list|range(0, 10, 3) | list|range(0) | list|range(1, 2, 0) | list|range(100001) | list|range('a') | list|range(3) | length|dict(a=1, b=2)|dict({'x': 1}, y=2)|dict([('a', 1)])|namespace(a=1).a|namespace(a=1).b|joiner(',')()
n | nofilter|n | upper(1)|s | replace('a')|s.nomethod()|s.upper(1)|n()|s()|l.append(4)|d.update({'x': 1})|d.pop('a')|l.sort()|d.copy() == d|l.index(1)|l.index(99)|l.count(3)|d.__class__|s.__class__.__mro__|''.__class__|l.__len__()
raise_exception('bad thing')|raise_exception('with "quotes" and ' ~ n)|strftime_now('%Y-%m-%d')|strftime_now('%d %b %Y %H:%M:%S')|strftime_now('')|strftime_now('%A, %B %d')|'a' | upper | lower | title|s | upper ~ 'x'|(s ~ 'x') | upper|-1 | abs|not s | length|1 ~ 2 | string + 'x'|2 + 3 | string|'a' ~ 'b' | upper|n is defined and s is string|l | length > 2|l | length == 3 and t
'%s' % (1,)|{'a': {'b': 1}}.a.b|[1, 2][0]|'abc'[1]|(1, 2)[1]|{'a': 1}['a']|[people[0].name, people[1]['age']]|people[0]|d.nested|mixed|t|nothing|(t, no, nothing)|[missing]|'a' if missing is defined else 'b'|people | length * 2
l[missing]|l['0']|l[1.0]|s['upper']()|d[1]|d[none]|people[-1].get('age', 'none')|people[9].name|s[missing:]|l['a':]|l[none:2]|l[true]
"""

STATEMENTS = [
    "{% if n > 5 %}a{% elif n > 3 %}b{% else %}c{% endif %}",
    "{% if no %}a{% elif n > 3 %}b{% else %}c{% endif %}",
    "{% if no %}a{% elif zero %}b{% else %}c{% endif %}|{% if no %}x{% endif %}|",
    "{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}:{{ x }},{% endfor %}",
    "{% for x in [] %}x{% else %}empty{% endfor %}{% for x in missing %}x{% else %}undefined{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in d %}{{ k }}{% endfor %}|{% for c in u %}{{ c }}.{% endfor %}",
    "{% for a, b in [(1, 2), [3, 4], 'xy'] %}{{ a }}-{{ b }} {% endfor %}",
    "{% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}",
    "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for x in n %}{% endfor %}",
    "{% for x in l if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}",
    "{% for x in l if x > 9 %}{{ x }}{% else %}none{% endfor %}",
    "{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}!",
    "{% for x in l %}{% for y in l %}{% if y == x %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{{ loop.index }}{% endfor %}",
    "{% for x in l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}",
    "{% for x in l %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for x in [1, 1, 2, 2, 1] %}{{ loop.changed(x) }} {% endfor %}",
    "{% for x in l %}{{ loop.depth }}{{ loop.depth0 }}{{ loop.nope }}{% endfor %}",
    "{% for x in [1, [2, [3]], 4] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}{{ loop.depth }}{% endif %}{% endfor %}",
    "{% for x in l %}{{ loop(x) }}{% endfor %}",
    "{% set x = 1 %}{% for i in l %}{% set x = i %}{{ x }}{% endfor %}{{ x }}",
    "{% set x = 1 %}{% if t %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% set x = 1 %}{% for i in [1] %}{{ x }}{% set x = 5 %}{{ x }}{% endfor %}{{ x }}",
    "{% set ns = namespace(x=0, items=[]) %}{% for i in l %}{% set ns.x = ns.x + i %}{% set ns.items = ns.items + [i] %}{% endfor %}{{ ns.x }} {{ ns.items }}",
    "{% set ns.x = 1 %}", "{% set d.x = 1 %}", "{% set ns = namespace() %}{% set ns._x = 1 %}", "{{ namespace(_a=1) }}",
    "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns.c is defined }}{{ ns['a'] }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set c = 1, 2 %}{{ c }}{% set (p, q) = 'xy' %}{{ p }}{{ q }}",
    "{% set a, b = [1, 2, 3] %}", "{% set true = 1 %}", "{% set 1 = 2 %}", "{% set a.b.c = 2 %}",
    "{% set x %}block {{ n }}{% endset %}[{{ x }}]{{ x | length }}",
    "{% set x | upper | trim %} block {{ n }} {% endset %}[{{ x }}]",
    "{% set x | replace('a', 'b') %}aaa{% endset %}{{ x }}",
    "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(b=5, a=4) }} {{ m(1, c='z') }}",
    "{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m() }}{{ m(1, 2) }}",
    "{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m() }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(zz=1) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}",
    "{% macro m(a, b) %}{{ a is defined }}{{ b is defined }}{{ b }}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}",
    "{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{% set x = 2 %}{{ m() }}",
    "{% macro m(n) %}{{ n }}{% if n > 0 %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(3) }}",
    "{% macro outer() %}{% macro inner(x) %}<{{ x }}>{% endmacro %}{{ inner(1) }}{{ inner(2) }}{% endmacro %}{{ outer() }}{{ inner is defined }}",
    "{% macro m() %}  spaced  {% endmacro %}[{{ m() | trim }}]{{ m() | length }}",
    "{% macro m(x) %}{% if x %}yes{% endif %}{% endmacro %}{{ m(no) == '' }}{{ m(t) ~ '!' }}",
    "{% macro m(a, b=1, c) %}{% endmacro %}",
    "{% macro list(title) %}{{ title }}: {{ caller() }}{% endmacro %}{% call list('T') %}body {{ n }}{% endcall %}",
    "{% macro each(xs) %}{% for x in xs %}{{ caller(x, loop.index) }}{% endfor %}{% endmacro %}{% call(x, i) each(l) %}{{ i }}:{{ x }} {% endcall %}",
    "{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}",
    "{% call n %}y{% endcall %}",
    "{% filter upper %}abc {{ s }}{% endfilter %}{% filter replace('a', 'b') | title %}aab{% endfilter %}",
    "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}",
    "{% set a = 5 %}{% with a = 1, b = a %}{{ a }}{{ b }}{% set a = 9 %}{% endwith %}{{ a }}",
    "{% with %}{% set z = 1 %}{{ z }}{% endwith %}{{ z is defined }}",
    "{% raw %}{{ n }} {% if %}{# c #}{% endraw %}", "{%- raw -%}  {{ n }}  {%- endraw -%}  x",
    "a{# comment {{ n }} #}b", "a {#- c -#} b", "a\n  {# c #}\nb", "{# no end", "{{ '{#' }}",
    "a\n{% if t %}\nb\n{% endif %}\nc\n", "a\n  {% if t %}\n  b\n  {% endif %}\nc", "a\n  {%+ if t %}\n  b\n  {%+ endif +%}\nc",
    "  {% if t %}x{% endif %}  {% if t %}y{% endif %}\n", "x  {% if t %}\ny{% endif %}", "{% if t -%}\n  a\n  {%- endif %}\n b",
    "{{ n }}\n", "{{ n }}\n\n", "a  {{- n -}}  b", "a\n {{ n }}\n b", "a  {%- if t -%}  b  {%- endif -%}  c", "\n\n{% set x = 1 %}\n\n{{ x }}",
    "{% for x in l %}\n  {{ x }}\n{% endfor %}\nend", "{% for x in l -%}\n  {{ x }}\n{%- endfor %}", "a\r\nb\rc{% if t %}\r\nd{% endif %}\r\n",
    "\t{% if t %}\t{% endif %}\t\n", "{%if t%}tight{%endif%}{{n}}{{-n}}{{+n}}", "{{ {'a': {'b': 1}} }}{{ {'a': 1}['a'] }}", "{{ '}}' }}{{ \"%}\" }}",
    "{% generation %}gen {{ n }}{% endgeneration %}", "{% for m in l %}{% generation %}{% set z = m %}{{ z }}{% endgeneration %}{% endfor %}{{ z is defined }}",
    "{% if %}x{% endif %}", "{% if n %}", "{% endif %}", "{% for %}{% endfor %}", "{% for x in %}{% endfor %}", "{{ }}", "{{ n", "{% set x = %}", "{{ n n }}", "{{ 'a }}", "{{ (1 }}", "{{ 1) }}", "{{ [1 }}", "{{ a b }}",
    "{% unknown %}", "{% include 'x' %}", "{% extends 'x' %}", "{% import 'x' as y %}", "{% do x %}", "{% break %}", "{% continue %}", "{{ n is }}", "{{ n | }}", "{{ n. }}", "{{ n.1.5 }}", "{{ $ }}", "{{ a ? b }}", "{{ f(**{'a': 1}, b=2) }}",
    "{% if t %}{% if t %}x{% endfor %}{% endif %}", "{% macro m( %}{% endmacro %}", "{{ m(a=1, 2) }}", "{% else %}", "{% raw %}x", "{{ 1 is is 2 }}", "{{ 1 if }}", "{{ {1, 2} }}", "{{ {'a' 1} }}", "{{ [1, , 2] }}", "{{ [1, 2,] }}{{ (1, 2,) }}{{ {'a': 1,} }}{{ range(3,) | list }}",
    "{{ dict(**{'a': 1}) }}{{ range(*[1, 4]) | list }}", "{{ n if t }}{{ n if no }}", "{{ loop }}", "{% set loop = 3 %}{{ loop }}",
    "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.next() }}",
    "{% set j = joiner(', ') %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}",
    "{%- for p in people %}{{ p.name }}{% if p.age is defined %} ({{ p.age }}){% endif %}{% if not loop.last %}, {% endif %}{% endfor -%}  ",
    "{% for g, ps in people[:3] | groupby('city') %}{{ g }}:{{ ps | map(attribute='name') | join('+') }};{% endfor %}",
    "{% set x = l %}{% set l = 1 %}{{ x }}{{ l }}", "{% for l in l %}{{ l }}{% endfor %}{{ l }}", "{% if missing %}a{% else %}b{% endif %}{% if missing is defined and missing.x %}c{% endif %}",
    "{{ s }}{{ s }}\n\n{{ e }}\n", "{{ none }}{{ true }}{{ false }}{{ None }}{{ True }}", "{{ 'é' ~ '\\u00e9' }}", "{{ 'a\nb' }}", "{{ 'a' }}{{ 'b' }}", "",  "plain", "\n", " \n ", "{", "{{ '{{' }}", "{ { n } }", "#}", "%}", "}}",
    "{% set m = namespace(v='') %}{% for c in s %}{% set m.v = c ~ m.v %}{% endfor %}{{ m.v }}",
    "{% for i in range(3) %}{% for j in range(2) %}{{ i }}{{ j }}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}",
    "{% set f = s.upper %}{{ f() }}", "{{ [s.upper, s.lower][1]() }}", "{{ (s | upper).lower() }}", "{{ s | replace('o', 'x') | upper | length }}",
    "{% if 'a' in ['a', 'b'] and not 'c' in 'ab' %}ok{% endif %}", "{{ not n is defined }}{{ n is not none }}{{ n not in l }}",
    "{%- set x = 'a' -%} {{- x -}} {%- if x == 'a' %} b {% endif -%} c",
    "{% set x = {'a': [1, 2]} %}{% for k, v in x | items %}{{ k }}{{ v | sum }}{% endfor %}",
    "{% if n is number and n % 2 == 1 and s is not mapping %}odd{% endif %}",
    "{{ 'x' * 3 ~ 'y' }}{{ 1 + 1 ~ 'z' }}{{ 2 * 3 ~ 4 }}",
]


def _cases():
    """Expressions stand between bars, but those of filters have spaces around them."""
    cases = []
    for line in OUTPUTS.strip().split("\n"):
        parts = [""]
        for at, char in enumerate(line):
            filters = line[at - 1:at] == " " and line[at + 1:at + 2] == " "
            quoted = parts[-1].count("'") % 2 == 1
            if char == "|" and not filters and not quoted:
                parts.append("")
            else:
                parts[-1] += char
        cases += ["{{ " + part + " }}" for part in parts]
    return cases + STATEMENTS


CASES = _cases()
