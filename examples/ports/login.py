"""Logs in to a site with a form that has a CSRF token, and shows the orders of the account. Stays logged in.

    SHOP_PASSWORD=… login.py https://shop.example ada
"""

import argparse
import os
import re
import sys
from html.parser import HTMLParser
from http.cookiejar import LWPCookieJar
from urllib.parse import urljoin

import requests


class FormParser(HTMLParser):
    """The hidden fields of a page: the token is one of them."""

    def __init__(self):
        super().__init__()
        self.fields = {}

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "input" and attrs.get("type") == "hidden":
            self.fields[attrs["name"]] = attrs.get("value", "")


def hidden_fields(html):
    parser = FormParser()
    parser.feed(html)
    return parser.fields


def log_in(session, site, user, password):
    url = urljoin(site, "/login")
    page = session.get(url, timeout=10)
    page.raise_for_status()
    form = {**hidden_fields(page.text), "user": user, "password": password}
    answer = session.post(url, data=form, headers={"Referer": url}, timeout=10)
    if answer.status_code == 403:
        sys.exit("wrong name or password")
    answer.raise_for_status()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("site")
    parser.add_argument("user")
    parser.add_argument("--cookies", default="cookies.txt")
    args = parser.parse_args()
    session = requests.Session()
    session.cookies = LWPCookieJar(args.cookies)
    if os.path.exists(args.cookies):
        session.cookies.load(ignore_discard=True)
    try:
        account = session.get(urljoin(args.site, "/account"), timeout=10)
        if account.url.endswith("/login"):  # sent there, for want of a cookie
            log_in(session, args.site, args.user, os.environ["SHOP_PASSWORD"])
            print("logged in", file=sys.stderr)
            account = session.get(urljoin(args.site, "/account"), timeout=10)
        account.raise_for_status()
    except requests.RequestException as error:
        sys.exit(f"cannot log in: {error}")
    session.cookies.save(ignore_discard=True)
    os.chmod(args.cookies, 0o600)
    print("\n".join(re.findall(r"<li>(.*?)</li>", account.text)))


if __name__ == "__main__":
    main()
