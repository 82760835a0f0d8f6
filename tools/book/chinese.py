"""A lesson's summary in Chinese, from docs/chinese.md, as a part of its page."""

import re

SECTION = re.compile(r"^## (\w+) (.+?)\n(.*?)(?=^## |\Z)", re.M | re.S)


def summaries(text):
    """{number of the lesson, such as "00b": its title and summary as Markdown}."""
    return {number: folded(title, body.strip()) for number, title, body in SECTION.findall(text)}


def folded(title, body):
    return (
        f'<details lang="zh-Hans"><summary>中文摘要：{title}</summary>\n<div>\n\n{body}\n\n'
        "</div></details>"
    )
