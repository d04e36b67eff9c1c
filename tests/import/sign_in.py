"""People who move in from Django, passlib, bcrypt and argon2 keep their passwords.

The libraries that wrote such hashes write them here, at what they would cost today; Doorward takes them in and signs each
person in. Called with the path of the binary.
"""

import base64
import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import warnings

warnings.filterwarnings("ignore")

import argon2
import bcrypt
import django.conf
from passlib import hash as passlib

django.conf.settings.configure()
from django.contrib.auth import hashers

PASSWORD = "Grüße aus Köln, 2024 und später"
DECOMPOSED = "cafe\u0301 au lait, s'il vous plai\u0302t"
# Guesses are counted, and many would keep the others waiting.
GUESSED = ["django-pbkdf2-sha256", "passlib-bcrypt", "passlib-scrypt", "argon2id"]
BYTES_72 = "0123456789 " * 6 + "sixsix"


def django(name, password, salt="aSaltOf22Characters123"):
    hasher = getattr(hashers, name)()
    return hasher.encode(password, hasher.salt() if "BCrypt" in name else salt)


def hashes():
    """Who, which password, which hash."""
    yield "django-pbkdf2-sha256", PASSWORD, django("PBKDF2PasswordHasher", PASSWORD)
    yield "django-pbkdf2-sha1", PASSWORD, django("PBKDF2SHA1PasswordHasher", PASSWORD)
    yield "django-argon2", PASSWORD, django("Argon2PasswordHasher", PASSWORD)
    yield "django-bcrypt-sha256", PASSWORD, django("BCryptSHA256PasswordHasher", PASSWORD)
    yield "django-bcrypt", PASSWORD, django("BCryptPasswordHasher", PASSWORD)
    yield "django-scrypt", PASSWORD, django("ScryptPasswordHasher", PASSWORD)
    yield "passlib-argon2", PASSWORD, passlib.argon2.hash(PASSWORD)
    yield "passlib-bcrypt", PASSWORD, passlib.bcrypt.hash(PASSWORD)
    yield "passlib-bcrypt-2a", PASSWORD, passlib.bcrypt.using(ident="2a").hash(PASSWORD)
    yield "passlib-bcrypt-2y", PASSWORD, passlib.bcrypt.using(ident="2y").hash(PASSWORD)
    yield "passlib-bcrypt-sha256", PASSWORD, passlib.bcrypt_sha256.hash(PASSWORD)
    yield "passlib-bcrypt-sha256-1", PASSWORD, passlib.bcrypt_sha256.using(version=1).hash(PASSWORD)
    yield "passlib-scrypt", PASSWORD, passlib.scrypt.hash(PASSWORD)
    yield "passlib-pbkdf2", PASSWORD, passlib.pbkdf2_sha1.hash(PASSWORD)
    yield "passlib-pbkdf2-sha256", PASSWORD, passlib.pbkdf2_sha256.hash(PASSWORD)
    yield "passlib-pbkdf2-sha512", PASSWORD, passlib.pbkdf2_sha512.hash(PASSWORD)
    yield "argon2id", PASSWORD, argon2.PasswordHasher().hash(PASSWORD)
    yield "argon2i", PASSWORD, argon2.PasswordHasher(type=argon2.Type.I).hash(PASSWORD)
    yield "argon2d", PASSWORD, argon2.PasswordHasher(type=argon2.Type.D).hash(PASSWORD)
    yield "bcrypt", PASSWORD, bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt()).decode()
    yield "bcrypt-of-72-bytes", BYTES_72, bcrypt.hashpw(BYTES_72.encode(), bcrypt.gensalt(10)).decode()
    yield "as-typed", DECOMPOSED, argon2.PasswordHasher().hash(DECOMPOSED)
    salt = os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 600_000)
    plain = [base64.b64encode(part).decode().rstrip("=") for part in (salt, key)]
    yield "phc-pbkdf2-sha256", PASSWORD, "$pbkdf2-sha256$i=600000,l=32$" + "$".join(plain)


def status(url, identifier, password):
    body = json.dumps({"identifier": identifier, "password": password}).encode()
    request = urllib.request.Request(url + "/v1/sign-in", body, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return opener.open(request).status
    except urllib.error.HTTPError as error:
        return error.code


def operator(binary, data, *words):
    done = subprocess.run([binary, *words, "--json", "--data", data], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def kept(binary, data):
    lines = operator(binary, data, "account", "export", "--with-hashes").splitlines()
    return {row["identifier"]: row["password_hash"] for row in map(json.loads, lines)}


def people_sign_in_with_hashes_of_the_real_libraries(binary, folder):
    data, file = os.path.join(folder, "data"), os.path.join(folder, "people.csv")
    people = list(hashes())
    with open(file, "w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["identifier", "password_hash"])
        rows.writerows((who, written) for who, _, written in people)
    serve = [binary, "serve", "--dev", "--listen", "127.0.0.1:0", "--data", data]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            greeting = []
            for line in server.stdout:
                greeting.append(line)
                if line == "Ready.\n":
                    break
            url = next(word.rstrip(",") for word in "".join(greeting).split() if word.startswith("http"))
            told = json.loads(operator(binary, data, "account", "import", file))
            assert told["made"] == len(people), told
            for who, password, written in people:
                if who in GUESSED:
                    assert status(url, who, password + "!") == 401, f"{who}: another password"
                assert kept(binary, data)[who].endswith(written.split("$")[-1]), f"{who}: a wrong one replaces nothing"
                assert status(url, who, password) == 200, f"{who}: {written}"
                ours = kept(binary, data)[who]
                assert "argon2id$v=19$" in ours, f"{who}: {ours}"
                assert status(url, who, password) == 200, f"{who}: with the hash that took its place"
                assert kept(binary, data)[who] == ours, f"{who}: replaced once"
                print(f"{who}: signs in")
        finally:
            server.terminate()


if __name__ == "__main__":
    place = tempfile.mkdtemp()
    try:
        people_sign_in_with_hashes_of_the_real_libraries(sys.argv[1], place)
    finally:
        shutil.rmtree(place)
