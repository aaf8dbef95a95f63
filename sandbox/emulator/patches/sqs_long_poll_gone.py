"""A long poll whose caller has gone receives nothing; ministack polls on, and hides the next messages for nobody."""

import asyncio
import contextlib

from ministack import app as ministack_app

from . import target

TARGET = (b"x-amz-target", b"AmazonSQS.ReceiveMessage")


def apply():
    serve = target.function(ministack_app, "app", ["scope", "receive", "send"])

    async def watched(scope, receive, send):
        if scope["type"] != "http" or TARGET not in scope["headers"]:
            return await serve(scope, receive, send)
        is_read = asyncio.Event()

        async def read():
            message = await receive()
            if not message.get("more_body"):
                is_read.set()
            return message

        async def until_gone():
            await is_read.wait()
            while (await receive())["type"] != "http.disconnect":
                pass

        poll = asyncio.ensure_future(serve(scope, read, send))
        gone = asyncio.ensure_future(until_gone())
        await asyncio.wait({poll, gone}, return_when=asyncio.FIRST_COMPLETED)
        # Whoever has not ended is waiting: the poll between two looks into the queue, so that no message is in its hands.
        for task in (poll, gone):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await poll

    ministack_app.app = watched
