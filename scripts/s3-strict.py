#!/usr/bin/env python3
"""A small S3 server for tests, in memory: versions, writing once, retention in COMPLIANCE mode, a default retention.

    s3-strict.py PORT PROMISE [CERTIFICATE KEY]

PROMISE is `none`, or the one it breaks:

    overwrite   a second object under a name is taken       pieces    the same, of an upload in pieces
    unlocked    a retention is refused                       forgetful taken and not kept
    delete      in spite of a retention                      redirect  every read is sent elsewhere (port + 1)
    shorten     a retention is shortened                     loosen    its mode is changed to one that some may lift
    default     no retention by itself                       later     none for what is no probe
    drop        a file is taken and not kept                 alter     a file is kept with one byte changed
    flood       answers are endless

`stall` breaks none, but hangs at the second file while STALL lies in its folder. With a certificate it speaks TLS.
Signatures are not checked. Standard library alone; for 127.0.0.1.
"""
import datetime
import hashlib
import os
import ssl
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

PORT, BROKEN = int(sys.argv[1]), sys.argv[2]
# by name: a list of versions, each [id, bytes, end of retention or None, mode]
OBJECTS = {}
# by upload: name and parts
UPLOADS = {}
STAMP = "%Y-%m-%dT%H:%M:%SZ"


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)


def default_end(name):
    if BROKEN in ("default", "unlocked", "forgetful") or (BROKEN == "later" and "/probe/" not in name):
        return None
    return now() + datetime.timedelta(days=365)


def is_file(name):
    return "/objects/" in name


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", len(body))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, f"<Error><Code>{code}</Code></Error>")

    def parts(self):
        url = urllib.parse.urlsplit(self.path)
        query = {k: v[0] for k, v in urllib.parse.parse_qs(url.query, keep_blank_values=True).items()}
        _, bucket, *name = urllib.parse.unquote(url.path).split("/", 2)
        return name[0] if name else "", query

    def version(self, name, query):
        versions = OBJECTS.get(name, [])
        wanted = query.get("versionId")
        return next((v for v in reversed(versions) if wanted in (None, v[0])), None)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def keep(self, name, data, end):
        if BROKEN == "stall" and is_file(name):
            if sum(map(is_file, OBJECTS)) >= 1:
                while os.path.exists("STALL"):
                    time.sleep(0.05)
        version = [hashlib.sha256(data + os.urandom(8)).hexdigest()[:16], data, end, "COMPLIANCE"]
        if is_file(name) and BROKEN == "drop":
            return version
        if is_file(name) and BROKEN == "alter":
            version[1] = data[:-1] + bytes([data[-1] ^ 1])
        OBJECTS.setdefault(name, []).append(version)
        return version

    def taken(self, name, unconditional):
        return OBJECTS.get(name) and self.headers.get("If-None-Match") == "*" and BROKEN != unconditional

    def do_PUT(self):
        name, query = self.parts()
        data = self.body()
        if "retention" in query:
            return self.retain(self.version(name, query), data.decode())
        if "partNumber" in query:
            UPLOADS[query["uploadId"]][1][int(query["partNumber"])] = data
            return self.answer(200, ETag='"%s"' % hashlib.md5(data).hexdigest())
        if self.taken(name, "overwrite"):
            return self.refuse(412, "PreconditionFailed")
        end = default_end(name)
        if until := self.headers.get("x-amz-object-lock-retain-until-date"):
            if BROKEN == "unlocked":
                return self.refuse(400, "InvalidRequest")
            end = None if BROKEN == "forgetful" else datetime.datetime.strptime(until, STAMP)
        version = self.keep(name, data, end)
        self.answer(200, ETag='"%s"' % hashlib.md5(data).hexdigest(), x_amz_version_id=version[0])

    def retain(self, found, text):
        if not found or found[2] is None:
            return self.refuse(404, "NoSuchObjectLockConfiguration")
        inside = lambda tag: text.partition(f"<{tag}>")[2].partition("<")[0]
        end = datetime.datetime.strptime(inside("RetainUntilDate") or "2000-01-01T00:00:00Z", STAMP)
        if end < found[2] and BROKEN != "shorten":
            return self.refuse(403, "AccessDenied")
        if inside("Mode") != found[3] and BROKEN != "loosen":
            return self.refuse(403, "AccessDenied")
        found[2:] = end, inside("Mode")
        self.answer(200)

    def do_POST(self):
        name, query = self.parts()
        data = self.body().decode()
        if "uploads" in query:
            upload = "u%d" % len(UPLOADS)
            UPLOADS[upload] = (name, {})
            return self.answer(200, f"<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>{escape(name)}</Key>"
                                    f"<UploadId>{upload}</UploadId></InitiateMultipartUploadResult>")
        _, pieces = UPLOADS[query["uploadId"]]
        for number, piece in pieces.items():
            # a client that completes with other pieces than it sent would be a defect of the client
            if hashlib.md5(piece).hexdigest() not in data:
                return self.refuse(400, "InvalidPart")
        if self.taken(name, "pieces"):
            return self.refuse(412, "PreconditionFailed")
        del UPLOADS[query["uploadId"]]
        self.keep(name, b"".join(pieces[n] for n in sorted(pieces)), default_end(name))
        self.answer(200, '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>')

    def list(self, query):
        prefix, inside, folders = query.get("prefix", ""), "", set()
        for key, versions in sorted(OBJECTS.items()):
            if not key.startswith(prefix) or not versions:
                continue
            folder = key[len(prefix):].partition("/")[0] + "/"
            if query.get("delimiter") and folder in key[len(prefix):]:
                folders.add(prefix + folder)
                continue
            inside += (f"<Contents><Key>{escape(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                       f"<ETag>\"x\"</ETag><Size>{len(versions[-1][1])}</Size></Contents>")
        inside += "".join(f"<CommonPrefixes><Prefix>{f}</Prefix></CommonPrefixes>" for f in sorted(folders))
        self.answer(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{inside}</ListBucketResult>")

    def do_GET(self):
        name, query = self.parts()
        if BROKEN == "redirect":
            return self.answer(307, Location=f"http://127.0.0.1:{PORT + 1}{self.path}")
        if BROKEN == "flood":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"x" * 65536)
        if "list-type" in query:
            return self.list(query)
        found = self.version(name, query)
        if not found:
            return self.refuse(404, "NoSuchKey")
        if "retention" in query:
            if found[2] is None:
                return self.refuse(404, "NoSuchObjectLockConfiguration")
            return self.answer(200, f"<Retention><Mode>{found[3]}</Mode><RetainUntilDate>{found[2].strftime(STAMP)}"
                                    "</RetainUntilDate></Retention>")
        self.answer(200, found[1], ETag='"x"', Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT",
                    x_amz_version_id=found[0])

    do_HEAD = do_GET

    def do_DELETE(self):
        name, query = self.parts()
        if "uploadId" in query:
            UPLOADS.pop(query["uploadId"], None)
            return self.answer(204)
        found = self.version(name, query)
        held = found and found[2] and found[2] > now()
        if held and BROKEN != "delete":
            return self.refuse(403, "AccessDenied")
        if found:
            OBJECTS[name].remove(found)
        self.answer(204)


server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
server.daemon_threads = True
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
