"""libcurl through its header, bound as it is: variadic options, callbacks, files, URLs."""

import pytest

from ferrule import callback


@pytest.fixture(scope="module")
def curl(bind):
    module = bind("curl_c", "curl/curl.h", "-l", "curl")
    assert module.curl_global_init(module.CURL_GLOBAL_DEFAULT) == module.CURLE_OK
    yield module
    module.curl_global_cleanup()


@pytest.fixture
def easy(curl):
    handle = curl.curl_easy_init()
    yield handle
    curl.curl_easy_cleanup(handle)


def test_the_library_says_what_it_is(curl):
    ffi = curl.ffi
    info = curl.curl_version_info(curl.CURLVERSION_NOW)
    assert info.age >= curl.CURLVERSION_FIRST
    version = ffi.string(info.version)
    assert version == curl.LIBCURL_VERSION
    assert info.version_num == curl.LIBCURL_VERSION_NUM
    assert ffi.string(curl.curl_version()).startswith(b"libcurl/" + version)
    protocols = []
    while info.protocols[len(protocols)] != ffi.NULL:
        protocols.append(ffi.string(info.protocols[len(protocols)]))
    assert {b"file", b"http", b"https"} <= set(protocols)
    assert info.features & curl.CURL_VERSION_SSL
    assert b"resolve" in ffi.string(curl.curl_easy_strerror(curl.CURLE_COULDNT_RESOLVE_HOST))


def option(curl, easy, name, value):
    """Set an option, as C's macro would check it: the argument is variadic."""
    assert curl.curl_easy_setopt(easy, getattr(curl, name), value) == curl.CURLE_OK


def test_a_file_comes_through_a_callback(curl, easy, tmp_path):
    ffi = curl.ffi
    content = bytes(range(256)) * 400
    path = tmp_path / "source file"
    path.write_bytes(content)
    received, steps, own = bytearray(), [], ffi.new_handle("what the callback is given")

    @callback("size_t(char *, size_t, size_t, void *)", ffi=ffi)
    def write(memory, size, count, data):
        assert ffi.from_handle(data) == "what the callback is given"
        received.extend(ffi.buffer(memory, size * count))
        return size * count

    @callback("int(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t)", ffi=ffi)
    def progress(data, total, now, upload_total, upload_now):
        steps.append((total, now))
        return 0

    option(curl, easy, "CURLOPT_URL", b"file://" + str(path).replace(" ", "%20").encode())
    option(curl, easy, "CURLOPT_WRITEFUNCTION", write)
    option(curl, easy, "CURLOPT_WRITEDATA", own)
    option(curl, easy, "CURLOPT_XFERINFOFUNCTION", progress)
    option(curl, easy, "CURLOPT_NOPROGRESS", ffi.cast("long", 0))
    option(curl, easy, "CURLOPT_BUFFERSIZE", ffi.cast("long", 16384))
    assert curl.curl_easy_perform(easy) == curl.CURLE_OK
    assert received == content
    assert steps[-1] == (len(content), len(content))
    size, effective, length = ffi.new("double *"), ffi.new("char **"), ffi.new("curl_off_t *")
    assert curl.curl_easy_getinfo(easy, curl.CURLINFO_SIZE_DOWNLOAD, size) == curl.CURLE_OK
    assert curl.curl_easy_getinfo(easy, curl.CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, length) == curl.CURLE_OK
    assert curl.curl_easy_getinfo(easy, curl.CURLINFO_EFFECTIVE_URL, effective) == curl.CURLE_OK
    assert (size[0], length[0]) == (len(content), len(content))
    assert ffi.string(effective[0]).endswith(b"source%20file")


def test_a_callback_ends_a_transfer(curl, easy, tmp_path):
    ffi = curl.ffi
    path = tmp_path / "source"
    path.write_bytes(b"x" * 100_000)

    class StopError(Exception):
        pass

    @callback("size_t(char *, size_t, size_t, void *)", ffi=ffi)
    def refuse(memory, size, count, data):
        return 0

    @callback("size_t(char *, size_t, size_t, void *)", ffi=ffi)
    def fail(memory, size, count, data):
        raise StopError

    option(curl, easy, "CURLOPT_URL", f"file://{path}".encode())
    option(curl, easy, "CURLOPT_WRITEFUNCTION", refuse)
    assert curl.curl_easy_perform(easy) == curl.CURLE_WRITE_ERROR
    # An exception is that of the call in which C called Python, and curl is left in order.
    option(curl, easy, "CURLOPT_WRITEFUNCTION", fail)
    with pytest.raises(StopError):
        curl.curl_easy_perform(easy)


def test_files_are_sent_through_a_callback(curl, easy, tmp_path):
    ffi = curl.ffi
    content = bytearray(b"0123456789" * 5000)
    left = memoryview(content)

    @callback("size_t(char *, size_t, size_t, void *)", ffi=ffi)
    def read(memory, size, count, data):
        nonlocal left
        part, left = left[: size * count], left[size * count :]
        ffi.memmove(memory, part, len(part))
        return len(part)

    target = tmp_path / "target"
    option(curl, easy, "CURLOPT_URL", f"file://{target}".encode())
    option(curl, easy, "CURLOPT_UPLOAD", ffi.cast("long", 1))
    option(curl, easy, "CURLOPT_READFUNCTION", read)
    option(curl, easy, "CURLOPT_INFILESIZE_LARGE", ffi.cast("curl_off_t", len(content)))
    assert curl.curl_easy_perform(easy) == curl.CURLE_OK
    assert target.read_bytes() == content


def test_errors_have_a_text(curl, easy, tmp_path):
    ffi = curl.ffi
    message = ffi.new("char[]", curl.CURL_ERROR_SIZE)
    option(curl, easy, "CURLOPT_ERRORBUFFER", message)
    option(curl, easy, "CURLOPT_URL", f"file://{tmp_path}/missing".encode())
    assert curl.curl_easy_perform(easy) == curl.CURLE_FILE_COULDNT_READ_FILE
    assert ffi.string(message) == f"Couldn't open file {tmp_path}/missing".encode()
    option(curl, easy, "CURLOPT_URL", b"nonsense://host/")
    assert curl.curl_easy_perform(easy) == curl.CURLE_UNSUPPORTED_PROTOCOL
    assert b"nonsense" in ffi.string(message)
    assert curl.curl_easy_setopt(easy, 99999, ffi.NULL) == curl.CURLE_UNKNOWN_OPTION
    with pytest.raises(
        TypeError, match=r"argument 3 .* needs to be .*bytes, not 'https://example.org' \(str\)"
    ):
        curl.curl_easy_setopt(easy, curl.CURLOPT_URL, "https://example.org")


def test_urls(curl):
    ffi = curl.ffi
    url = curl.curl_url()
    text = b"https://user@example.org:8443/a/../b?q=1#part"
    assert curl.curl_url_set(url, curl.CURLUPART_URL, text, 0) == curl.CURLUE_OK
    flags = curl.CURLU_APPENDQUERY | curl.CURLU_URLENCODE
    assert curl.curl_url_set(url, curl.CURLUPART_QUERY, b"r=2 3", flags) == curl.CURLUE_OK

    def part(name, flags=0):
        value = ffi.new("char **")
        result = curl.curl_url_get(url, getattr(curl, f"CURLUPART_{name}"), value, flags)
        if result != curl.CURLUE_OK:
            return ffi.string(curl.curl_url_strerror(result))
        text = ffi.string(value[0])
        curl.curl_free(value[0])
        return text

    names = ("SCHEME", "USER", "HOST", "PORT", "PATH", "QUERY", "FRAGMENT")
    expected = [b"https", b"user", b"example.org", b"8443", b"/b", b"q=1&r=2%203", b"part"]
    assert [part(name).replace(b"+", b"%20") for name in names] == expected
    assert part("PASSWORD") == b"No password part in the URL"
    assert part("QUERY", curl.CURLU_URLDECODE) == b"q=1&r=2 3"
    copy = curl.curl_url_dup(url)
    curl.curl_url_cleanup(url)
    url = copy
    assert part("HOST") == b"example.org"
    curl.curl_url_cleanup(copy)


def test_lists_and_escapes(curl, easy):
    ffi = curl.ffi
    headers = ffi.NULL
    for text in (b"Accept: */*", b"X-Own: 1"):
        headers = curl.curl_slist_append(headers, text)
    found, node = [], headers
    while node != ffi.NULL:
        found.append(ffi.string(node.data))
        node = node.next
    assert found == [b"Accept: */*", b"X-Own: 1"]
    option(curl, easy, "CURLOPT_HTTPHEADER", headers)
    curl.curl_slist_free_all(headers)
    escaped = curl.curl_easy_escape(easy, b"a b&c", 0)
    assert ffi.string(escaped) == b"a%20b%26c"
    curl.curl_free(escaped)
    date = curl.curl_getdate(b"Sun, 06 Nov 1994 08:49:37 GMT", ffi.NULL)
    assert date == 784111777
