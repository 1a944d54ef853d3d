"""OpenSSL through its headers, as they are: digests, ciphers, big numbers, errors, a handshake in memory."""

import hashlib
import hmac

import pytest

from ferrule import callback

HEADERS = ["ssl.h", "evp.h", "rand.h", "bn.h", "err.h", "x509.h", "hmac.h"]


@pytest.fixture(scope="module")
def ssl(bind):
    return bind("openssl_c", *(f"openssl/{header}" for header in HEADERS), "-l", "ssl")


def errors(ssl):
    """The texts of the error queue, which is empty then."""
    found, text = [], ssl.ffi.new("char[256]")
    while code := ssl.ERR_get_error():
        ssl.ERR_error_string_n(code, text, len(text))
        found.append(ssl.ffi.string(text))
    return found


def test_the_library_is_the_headers(ssl):
    assert ssl.OpenSSL_version_num() >> 28 == ssl.OPENSSL_VERSION_MAJOR == 3
    version = ssl.ffi.string(ssl.OpenSSL_version(ssl.OPENSSL_VERSION))
    assert version.startswith(b"OpenSSL 3.")
    assert ssl.OPENSSL_VERSION_STR.startswith(b"3.")


# By hashlib's names, OpenSSL's.
DIGESTS = {
    "md5": b"md5",
    "sha1": b"sha1",
    "sha256": b"sha256",
    "sha512": b"sha512",
    "sha3_384": b"sha3-384",
    "blake2b": b"blake2b512",
    "shake_128": b"shake128",
}


@pytest.mark.parametrize("name", DIGESTS)
def test_digests_are_those_of_hashlib(ssl, name):
    ffi = ssl.ffi
    wanted = hashlib.new(name)
    digest = ssl.EVP_get_digestbyname(DIGESTS[name])
    assert digest != ffi.NULL
    context = ssl.EVP_MD_CTX_new()
    assert ssl.EVP_DigestInit_ex(context, digest, ffi.NULL) == 1
    parts = [b"", b"abc", bytearray(100_000), memoryview(b"the last part")]
    for part in parts:
        wanted.update(part)
        assert ssl.EVP_DigestUpdate(context, part, len(part)) == 1
    result = bytearray(64)
    if name == "shake_128":
        assert ssl.EVP_DigestFinalXOF(context, result, 32) == 1
        assert result[:32] == wanted.digest(32)
    else:
        length = ffi.new("unsigned int *")
        assert ssl.EVP_DigestFinal_ex(context, result, length) == 1
        assert length[0] == wanted.digest_size == ssl.EVP_MD_get_size(digest)
        assert result[: length[0]] == wanted.digest()
    ssl.EVP_MD_CTX_free(context)


def test_hmac_and_pbkdf2_are_those_of_python(ssl):
    ffi = ssl.ffi
    code, length = ffi.new("unsigned char[]", ssl.EVP_MAX_MD_SIZE), ffi.new("unsigned int *")
    assert ssl.HMAC(ssl.EVP_sha256(), b"key", 3, b"message", 7, code, length) == code
    assert bytes(code[0 : length[0]]) == hmac.digest(b"key", b"message", "sha256")
    key = bytearray(40)
    assert ssl.PKCS5_PBKDF2_HMAC(b"secret", 6, b"salt", 4, 1000, ssl.EVP_sha512(), 40, key) == 1
    assert key == hashlib.pbkdf2_hmac("sha512", b"secret", b"salt", 1000, 40)


def crypt(ssl, cipher, key, vector, text, encrypt):
    """What a cipher makes of a text, or None where the text is refused."""
    ffi = ssl.ffi
    context = ssl.EVP_CIPHER_CTX_new()
    assert ssl.EVP_CipherInit_ex(context, cipher, ffi.NULL, key, vector, encrypt) == 1
    room, count = bytearray(len(text) + ssl.EVP_CIPHER_CTX_get_block_size(context)), ffi.new("int *")
    assert ssl.EVP_CipherUpdate(context, room, count, text, len(text)) == 1
    done, rest = count[0], bytearray(32)
    is_right = ssl.EVP_CipherFinal_ex(context, rest, count)
    ssl.EVP_CIPHER_CTX_free(context)
    return bytes(room[:done] + rest[: count[0]]) if is_right else None


def test_ciphers_come_back(ssl):
    cipher = ssl.EVP_aes_256_cbc()
    key, vector = bytes(range(32)), bytes(range(16))
    assert ssl.EVP_CIPHER_get_key_length(cipher) == 32
    text = b"some text of no round length " * 100
    secret = crypt(ssl, cipher, key, vector, text, 1)
    assert len(secret) == len(text) // 16 * 16 + 16
    assert crypt(ssl, cipher, key, vector, secret, 0) == text
    # The vector of NIST SP 800-38A, F.2.5, without the padding.
    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    block = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    secret = crypt(ssl, cipher, key, vector, block, 1)
    assert secret[:16].hex() == "f58c4c04d6e5f1ba779eabfb5f7bfbd6"
    assert crypt(ssl, cipher, bytes(32), vector, secret, 0) is None
    assert any(b"bad decrypt" in error for error in errors(ssl))


def test_random_numbers_differ(ssl):
    first, second = bytearray(40), bytearray(40)
    assert ssl.RAND_status() == 1
    assert ssl.RAND_bytes(first, 40) == ssl.RAND_bytes(second, 40) == 1
    assert first != second != bytearray(40)


def test_big_numbers(ssl):
    ffi = ssl.ffi

    def number(value):
        pointer = ffi.new("BIGNUM **")
        assert ssl.BN_dec2bn(pointer, str(value).encode()) == len(str(value))
        return ffi.gc(pointer[0], ssl.BN_free)

    def value(number):
        text = ssl.BN_bn2dec(number)
        digits = int(ffi.string(text))
        ssl.CRYPTO_free(text, b"", 0)
        return digits

    a, b, n = 3**200, 2**127 + 45, 10**40 + 1
    result, context = number(0), ffi.gc(ssl.BN_CTX_new(), ssl.BN_CTX_free)
    assert ssl.BN_mul(result, number(a), number(-b), context) == 1
    assert value(result) == -a * b
    assert ssl.BN_is_negative(result) == 1
    assert ssl.BN_mod_exp(result, number(a), number(b), number(n), context) == 1
    assert value(result) == pow(a, b, n)
    memory = bytearray(ssl.BN_num_bits(result) + 7 >> 3)
    assert ssl.BN_bn2bin(result, memory) == len(memory)
    assert int.from_bytes(memory, "big") == pow(a, b, n)
    assert ssl.BN_check_prime(number(2**127 - 1), context, ffi.NULL) == 1
    assert ssl.BN_check_prime(number(2**127 + 1), context, ffi.NULL) == 0
    assert ssl.BN_div(ffi.NULL, result, number(a), number(0), context) == 0
    [error] = errors(ssl)
    assert error.endswith(b"bignum routines::div by zero")


def test_the_error_queue_has_places_and_data(ssl):
    ffi = ssl.ffi
    ssl.ERR_clear_error()
    assert ssl.EVP_get_digestbyname(b"no such digest") == ffi.NULL
    assert ssl.EVP_MD_fetch(ffi.NULL, b"no such digest", ffi.NULL) == ffi.NULL
    file, function, data = (ffi.new("const char **") for _ in range(3))
    line, flags = ffi.new("int *"), ffi.new("int *")
    code = ssl.ERR_get_error_all(file, line, function, data, flags)
    assert ffi.string(ssl.ERR_lib_error_string(code)) == b"digital envelope routines"
    assert ffi.string(ssl.ERR_reason_error_string(code)) == b"unsupported"
    assert ffi.string(file[0]).endswith(b".c")
    assert line[0] > 0
    assert flags[0] & ssl.ERR_TXT_STRING
    assert b"no such digest" in ffi.string(data[0])
    # All errors go through a callback.
    ssl.EVP_MD_fetch(ffi.NULL, b"nor this", ffi.NULL)
    seen = []

    @callback("int(const char *, size_t, void *)", ffi=ffi)
    def see(text, length, own):
        seen.append(ffi.buffer(text, length)[:])
        return 1

    ssl.ERR_print_errors_cb(see, ffi.NULL)
    assert any(b"nor this" in line for line in seen)
    assert ssl.ERR_get_error() == 0


@pytest.fixture(scope="module")
def identity(ssl):
    """A key, and the certificate that its owner made of it."""
    ffi = ssl.ffi
    key = ssl.EVP_PKEY_Q_keygen(ffi.NULL, ffi.NULL, b"EC", b"P-256")
    certificate = ssl.X509_new()
    assert ssl.X509_set_version(certificate, 2) == 1
    assert ssl.ASN1_INTEGER_set(ssl.X509_get_serialNumber(certificate), 12) == 1
    assert ssl.X509_gmtime_adj(ssl.X509_getm_notBefore(certificate), -60) != ffi.NULL
    assert ssl.X509_gmtime_adj(ssl.X509_getm_notAfter(certificate), 3600) != ffi.NULL
    assert ssl.X509_set_pubkey(certificate, key) == 1
    name = ssl.X509_get_subject_name(certificate)
    assert ssl.X509_NAME_add_entry_by_txt(name, b"CN", ssl.MBSTRING_ASC, b"ferrule.test", -1, -1, 0) == 1
    assert ssl.X509_set_issuer_name(certificate, name) == 1
    assert ssl.X509_sign(certificate, key, ssl.EVP_sha256()) > 0
    yield key, certificate
    ssl.X509_free(certificate)
    ssl.EVP_PKEY_free(key)


class Ends:
    """A client and a server that are joined by a pair of BIOs."""

    def __init__(self, ssl, identity, verify):
        ffi = ssl.ffi
        self.ssl = ssl
        key, certificate = identity
        server = ffi.gc(ssl.SSL_CTX_new(ssl.TLS_server_method()), ssl.SSL_CTX_free)
        assert ssl.SSL_CTX_use_certificate(server, certificate) == 1
        assert ssl.SSL_CTX_use_PrivateKey(server, key) == 1
        assert ssl.SSL_CTX_check_private_key(server) == 1
        client = ffi.gc(ssl.SSL_CTX_new(ssl.TLS_client_method()), ssl.SSL_CTX_free)
        ssl.SSL_CTX_set_verify(client, ssl.SSL_VERIFY_PEER, verify)
        self.client = ffi.gc(ssl.SSL_new(client), ssl.SSL_free)
        self.server = ffi.gc(ssl.SSL_new(server), ssl.SSL_free)
        bios = ffi.new("BIO *[2]")
        assert ssl.BIO_new_bio_pair(bios, 0, bios + 1, 0) == 1
        ssl.SSL_set_bio(self.client, bios[0], bios[0])
        ssl.SSL_set_bio(self.server, bios[1], bios[1])
        ssl.SSL_set_connect_state(self.client)
        ssl.SSL_set_accept_state(self.server)

    def shake_hands(self):
        """Let each side speak until both are done; give the first result that is not to be waited for."""
        ssl = self.ssl
        waiting = (ssl.SSL_ERROR_WANT_READ, ssl.SSL_ERROR_WANT_WRITE)
        for _ in range(10):
            results = []
            for end in (self.client, self.server):
                result = ssl.SSL_do_handshake(end)
                results.append(result)
                if result != 1 and (error := ssl.SSL_get_error(end, result)) not in waiting:
                    return error
            if results == [1, 1]:
                return None
        raise AssertionError("the handshake does not end")


def test_a_handshake_in_memory(ssl, identity):
    ffi = ssl.ffi
    seen = []

    @callback("int(int, X509_STORE_CTX *)", ffi=ffi)
    def verify(is_valid, store):
        certificate = ssl.X509_STORE_CTX_get_current_cert(store)
        name = ffi.new("char[100]")
        subject = ssl.X509_get_subject_name(certificate)
        ssl.X509_NAME_get_text_by_NID(subject, ssl.NID_commonName, name, len(name))
        seen.append((is_valid, ssl.X509_STORE_CTX_get_error(store), ffi.string(name)))
        return 1

    ends = Ends(ssl, identity, verify)
    assert ends.shake_hands() is None
    assert (0, ssl.X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, b"ferrule.test") in seen
    assert ffi.string(ssl.SSL_get_version(ends.client)) == b"TLSv1.3"
    peer = ssl.SSL_get1_peer_certificate(ends.client)
    assert ssl.X509_cmp(peer, identity[1]) == 0
    ssl.X509_free(peer)
    # What one end writes the other one reads, and the pair has seen none of it.
    for writer, reader in ((ends.client, ends.server), (ends.server, ends.client)):
        text, count = b"a secret " * 100, ffi.new("size_t *")
        assert ssl.SSL_write_ex(writer, text, len(text), count) == 1
        room = bytearray(2 * len(text))
        assert ssl.SSL_read_ex(reader, room, len(room), count) == 1
        assert room[: count[0]] == text
    assert ssl.SSL_shutdown(ends.client) == 0
    assert ssl.SSL_read(ends.server, bytearray(10), 10) == 0
    assert ssl.SSL_get_error(ends.server, 0) == ssl.SSL_ERROR_ZERO_RETURN


def test_a_callback_refuses_a_certificate(ssl, identity):
    ffi = ssl.ffi
    refusal = callback("int(int, X509_STORE_CTX *)", ffi=ffi)(lambda is_valid, store: is_valid)
    ends = Ends(ssl, identity, refusal)
    ssl.ERR_clear_error()
    assert ends.shake_hands() == ssl.SSL_ERROR_SSL
    assert any(b"certificate verify failed" in error for error in errors(ssl))
    assert ssl.SSL_get_verify_result(ends.client) == ssl.X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT


def test_an_exception_of_the_verify_callback_is_raised_by_the_call(ssl, identity):
    class CertificateError(Exception):
        pass

    @callback("int(int, X509_STORE_CTX *)", ffi=ssl.ffi)
    def verify(is_valid, store):
        raise CertificateError

    ends = Ends(ssl, identity, verify)
    with pytest.raises(CertificateError):
        ends.shake_hands()
    errors(ssl)


def test_what_is_given_wrongly_is_told(ssl):
    with pytest.raises(TypeError, match=r"argument 1 .*EVP_MD_get_size.*EVP_MD \*"):
        ssl.EVP_MD_get_size(ssl.EVP_aes_128_cbc())
    with pytest.raises(TypeError, match=r"encode it first: .*argument 1 of int RAND_bytes"):
        ssl.RAND_bytes("text", 4)
    with pytest.raises(OverflowError, match="RAND_bytes"):
        ssl.RAND_bytes(bytearray(4), 2**31)
