"""A relay that writes each mail down, durably, before it says yes: the witness of the campaign.

    python sink.py LOG LIFE DELAY [CLOCK]

Prints its port, then a dot per mail. Each line of the log is `LIFE MESSAGE-ID RECIPIENT MOMENT`,
the moment in seconds by the host's clock, or by the campaign's whose file is CLOCK. The mails
themselves stand one after another in LOG.mails. It answers after DELAY seconds on average, and ends when its standard input does and nobody is
connected any more; so all that a killed sender had still sent is in the log by then. A LOG of
`-` keeps nothing, for measuring the sender.
"""

import asyncio
import os
import random
import re
import sys
import time
from asyncio import StreamReader, StreamWriter
from email.parser import BytesHeaderParser
from pathlib import Path

KEEP = os.O_WRONLY | os.O_CREAT | os.O_APPEND


class Sink:
    """The witness: its log, and who is connected."""

    def __init__(self, log: str, life: str, delay: float, clock: Path | None) -> None:
        self.log = None if log == "-" else os.open(log, KEEP, 0o600)
        self.mails = os.open(os.devnull if log == "-" else f"{log}.mails", KEEP, 0o600)
        self.life, self.delay, self.clock = life, delay, clock
        self.conversations: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until standard input ends."""
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0, limit=2**24)
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        server.close()
        await asyncio.gather(*self.conversations)

    async def answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, to its end."""
        if task := asyncio.current_task():
            self.conversations.add(task)
        try:
            await self.converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the sender was killed; what it had finished is in the log
        finally:
            writer.close()

    async def converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Greet, and answer each command."""
        writer.write(b"220 sink\r\n")
        recipient = ""
        while line := await reader.readline():
            match line[:4].upper():
                case b"EHLO":
                    writer.write(b"250-sink\r\n250 PIPELINING\r\n")
                case b"RCPT":
                    recipient = re.sub(r".*<(.*)>.*", r"\1", line.decode().strip())
                    writer.write(b"250 ok\r\n")
                case b"DATA":
                    writer.write(b"354 go on\r\n")
                    await writer.drain()
                    await self.keep(await reader.readuntil(b"\r\n.\r\n"), recipient)
                    writer.write(b"250 kept\r\n")
                case b"QUIT":
                    writer.write(b"221 bye\r\n")
                    return
                case _:
                    writer.write(b"250 ok\r\n")

    async def keep(self, mail: bytes, recipient: str) -> None:
        """Write the mail down so that it survives anything; then take some time."""
        if self.log is None:
            return
        message_id = BytesHeaderParser().parsebytes(mail)["Message-ID"]
        ahead = float(self.clock.read_text()) if self.clock else 0.0
        line = f"{self.life} {message_id} {recipient} {time.time() + ahead:.3f}\n"
        os.write(self.log, line.encode())
        os.fsync(self.log)
        os.write(self.mails, mail)
        os.write(sys.stdout.fileno(), b".")
        await asyncio.sleep(random.expovariate(1 / self.delay) if self.delay else 0)


if __name__ == "__main__":
    clock = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    asyncio.run(Sink(sys.argv[1], sys.argv[2], float(sys.argv[3]), clock).run())
