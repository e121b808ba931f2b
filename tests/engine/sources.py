"""Writes SOURCES.md: every package that was learned from or measured on, with its version and licence.

usage: sources.py DIRECTORY > SOURCES.md (after `fetch.sh DIRECTORY newest`)
"""
import glob, json, os, re, sys

# Upstream archives fetched through Debian name their licences in prose only: these are the licences their projects are
# known for. Binary packages bring a machine-readable list, which is read.
BY_HAND = {
    "java": "Apache-2.0", "c": "BSD, MIT, Zlib or Apache-2.0", "ruby": "MIT",
}
KNOWN = {"java-guava-libraries": "Apache-2.0", "c-redis": "BSD-3-Clause", "c-curl": "curl (MIT-like)", "c-googletest": "BSD-3-Clause",
    "c-leveldb": "BSD-3-Clause", "c-re2": "BSD-3-Clause", "c-libuv1": "MIT", "c-jansson": "MIT", "c-cjson": "MIT", "c-fmtlib": "MIT",
    "c-spdlog": "MIT", "c-tinyxml2": "Zlib", "c-glfw3": "Zlib", "c-libevent": "BSD-3-Clause", "c-nghttp2": "MIT", "c-box2d": "MIT",
    "c-bullet": "Zlib", "c-nlohmann-json3": "MIT", "c-lua5.4": "MIT", "c-zstd": "BSD-3-Clause (of BSD or GPL-2)",
    "ruby-puma": "BSD-3-Clause", "ruby-vagrant": "MIT", "ruby-rubocop": "MIT", "ruby-rails": "MIT",
    "c-catch2": "BSL-1.0", "c-chipmunk": "MIT", "c-libjsoncpp": "MIT", "c-libsfml": "Zlib", "c-poco": "BSL-1.0", "c-pugixml": "MIT",
    "c-uthash": "BSD-1-Clause", "java-mockito": "MIT"}
# Those of Go's archives, as their files LICENSE say.
READ = {"go-caddy": "Apache-2.0", "go-golang-github-emirpasic-gods": "BSD-2-Clause, ISC", "go-golang-github-gin-gonic-gin": "MIT",
    "go-golang-github-gorilla-mux": "BSD-3-Clause", "go-golang-github-labstack-echo": "MIT", "go-golang-github-spf13-afero": "Apache-2.0",
    "go-golang-github-spf13-cobra": "Apache-2.0", "go-golang-github-urfave-cli": "MIT", "go-golang-golang-x-net": "BSD-3-Clause",
    "go-golang-golang-x-tools": "BSD-3-Clause", "go-golang-logrus": "MIT", "go-golang-testify": "MIT"}

def first(pattern, text):
    found = re.search(pattern, text, re.M)
    return found.group(1).strip() if found else ""

def facts(root, package):
    kind, name = package.split("-", 1)
    folder = os.path.join(root, "raw", package)
    version, licence, how = "", "", {"rs": "cargo", "js": "npm", "py": "pip"}.get(kind)
    if kind == "rs":
        text = open(os.path.join(folder, "Cargo.toml"), encoding="utf-8").read()
        version, licence = first(r'^version = "(.*?)"', text), first(r'^license = "(.*?)"', text)
    elif kind == "js":
        found = glob.glob(os.path.join(folder, "*", "package.json"))
        if found:
            data = json.load(open(found[0]))
            version, licence = data.get("version", ""), str(data.get("license", ""))
    elif kind == "py":
        files = glob.glob(os.path.join(folder, "*.dist-info", "METADATA")) + glob.glob(os.path.join(folder, "*", "PKG-INFO"))
        if files:
            text = open(files[0], encoding="utf-8", errors="replace").read().split("\n\n")[0]
            version = first(r"^Version: (.*)", text)
            licence = first(r"^License-Expression: (.*)", text) or ", ".join(re.findall(r"^Classifier: License :: (?:OSI Approved :: )?(.*)", text, re.M)) or first(r"^License: (.*)", text)[:60]
    else:
        version, how = (open(os.path.join(folder, name)).read().strip() for name in ("VERSION", "HOW"))
        listed = glob.glob(os.path.join(folder, "usr", "share", "doc", "*", "copyright"))
        named = re.findall(r"^License: *(\S+)", open(listed[0], encoding="utf-8").read(), re.M) if listed else []
        read = ", ".join(dict.fromkeys(named)) or READ.get(package)
        licence = read or (KNOWN.get(package) or BY_HAND[kind]) + " (by hand)"
    return how, version, licence

HEAD = """# Sources

The tables were learned from the packages marked `train`; the packages marked `heldout` are only measured on. Beside them stands the textbook of this repository, in the folder `textbook`, under the licence of the project: small classes and functions as beginners write them, of which libraries hold few.

A list of several licences for a Debian package covers its packaging, tests and pages too, which are not learned from; where a licence says *by hand*, it is the one the project is known for and was not read from the package.

To learn the tables again, byte for byte, on two cores and without an accelerator (exponentials and logarithms are those of the C library, here glibc 2.36):

    tests/engine/fetch.sh corpus
    cargo run --release --features training --example engine-train -- corpus/train src/engine/tables

The first command takes the versions below (`by` says how: `source` and `binary` are Debian's) and fails where the files to learn from are not those with this checksum; its head says how the list is changed. Debian versions that the mirrors hold no longer are in Debian's snapshot archive, which apt takes as a further source:

    sha256 CHECKSUM
"""

def main(root):
    checksum = open(os.path.join(root, "checksum")).read().strip()
    print(HEAD.replace("CHECKSUM", checksum))
    print("| part | language | by | package | version | licence | files | characters |\n|---|---|---|---|---|---|--:|--:|")
    for line in open(os.path.join(root, "packages.tsv")):
        part, language, package, count, size = line.strip().split("\t")
        how, version, licence = facts(root, package)
        print(f"| {part} | {language} | {how} | {package.split('-', 1)[1]} | {version} | {licence} | {count} | {size} |")

main(sys.argv[1])
