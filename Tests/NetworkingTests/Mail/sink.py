"""A mail server on 127.0.0.1 for tests, which keeps what it is given or refuses it as it is told.

    sink.py FOLDER [--cert FILE --key FILE] [--smtps] [--auth USER:PASSWORD] [--refuse ADDRESS=CODE]...
            [--data CODE] [--first N] [--delay SECONDS]

It prints "ready PORT" when it listens. Each message is FOLDER/N.eml, its envelope FOLDER/N.json. With --cert it offers
STARTTLS, with --smtps it speaks TLS from the first byte. --first limits the refusals to the first N of them.
"""
import argparse
import asyncio
import json
import pathlib
import ssl

from aiosmtpd.smtp import SMTP, AuthResult

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--cert")
parser.add_argument("--key")
parser.add_argument("--smtps", action="store_true")
parser.add_argument("--auth")
parser.add_argument("--refuse", action="append", default=[])
parser.add_argument("--data")
parser.add_argument("--first", type=int, default=-1)
parser.add_argument("--delay", type=float, default=0)
options = parser.parse_args()

refusals = dict(item.split("=", 1) for item in options.refuse)
context = None
if options.cert:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.cert, options.key)


class Sink:
    count = 0
    refused = 0

    def refuses(self):
        if 0 <= options.first <= self.refused:
            return False
        self.refused += 1
        return True

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        code = refusals.get(address)
        if code and self.refuses():
            return f"{code} 5.1.1 <{address}> not here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 good"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(options.delay)
        if options.data and self.refuses():
            return f"{options.data} 5.7.1 not wanted"
        self.count += 1
        (options.folder / f"{self.count}.eml").write_bytes(envelope.original_content)
        facts = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "name": session.host_name,
            "tls": options.smtps or session.ssl is not None,
            "user": session.auth_data.login.decode() if session.authenticated else None,
        }
        (options.folder / f"{self.count}.json").write_text(json.dumps(facts))
        return f"250 2.0.0 kept as {self.count}"


def authenticate(server, session, envelope, mechanism, given):
    user, _, password = options.auth.partition(":")
    right = (given.login, given.password) == (user.encode(), password.encode())
    return AuthResult(success=right, handled=False, auth_data=given)


async def main():
    sink = Sink()

    def conversation():
        return SMTP(
            sink,
            hostname="sink.test",
            tls_context=None if options.smtps else context,
            authenticator=authenticate if options.auth else None,
            auth_required=bool(options.auth),
            auth_require_tls=context is not None and not options.smtps,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(conversation, "127.0.0.1", 0, ssl=context if options.smtps else None)
    print(f"ready {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())
