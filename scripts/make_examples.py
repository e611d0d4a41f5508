"""Rebuilds every PDF of examples/ and the ground truth in examples/expected/ from examples/src/.

    python3 -m venv /tmp/examples-venv
    /tmp/examples-venv/bin/pip install -r examples/src/requirements.txt
    /tmp/examples-venv/bin/python scripts/make_examples.py [paper|manual|rulebook|spoiled ...]

The same sources give the same bytes: dates, seeds and versions are fixed. It ends with an error
when a PDF does not say what its ground truth claims, or a spoiled one opens all the same.
"""

import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

import font_source_sans_pro
import pypdfium2
import typst

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SOURCES = EXAMPLES / "src"
sys.path.insert(0, str(SOURCES))
sys.dont_write_bytecode = True
import pictures  # noqa: E402
import spoil  # noqa: E402

TIMESTAMP = 1793491200  # 2026-11-01, the date printed in the documents
DOCUMENTS = {"paper": False, "manual": False, "rulebook": True}  # name -> tagged (accessible) PDF


def main(wanted: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        shutil.copytree(SOURCES, work / "src")
        pictures.draw_all(work / "src")
        fonts = copy_fonts(work / "fonts")
        for name, tagged in DOCUMENTS.items():
            if not wanted or name in wanted:
                build_document(name, tagged, work / "src", fonts)
        if not wanted or "spoiled" in wanted:
            build_spoiled(work / "src", fonts)
    total = 0
    for path in sorted(EXAMPLES.glob("*.pdf")):
        total += path.stat().st_size
        print(f"{path.name:16} {path.stat().st_size / 1024:8.0f} KiB")
    print(f"{'together':16} {total / 1024:8.0f} KiB")


def copy_fonts(folder: Path) -> Path:
    """Only the OpenType files of the sans: the package has each twice, and Typst would pick either."""
    folder.mkdir()
    for file in (Path(font_source_sans_pro.__file__).parent / "files").glob("*.otf"):
        shutil.copy(file, folder)
    return folder


def typeset(source: Path, fonts: Path, tagged: bool = False) -> bytes:
    return typst.compile(
        str(source), font_paths=[str(fonts)], ignore_system_fonts=True, timestamp=TIMESTAMP, pdf_tags=tagged
    )


def build_document(name: str, tagged: bool, sources: Path, fonts: Path) -> None:
    source = sources / f"{name}.typ"
    pdf = typeset(source, fonts, tagged)
    (EXAMPLES / f"{name}.pdf").write_bytes(pdf)

    def noted(selector: str) -> list:
        return json.loads(
            typst.query(
                str(source), selector, field="value", font_paths=[str(fonts)], ignore_system_fonts=True
            )
        )

    def raw_blocks() -> list[str]:
        found = typst.query(
            str(source), "raw.where(block: true)", field="text", font_paths=[str(fonts)], ignore_system_fonts=True
        )
        return json.loads(found)

    reader = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in reader]
    truth = {
        "file": f"{name}.pdf",
        "title": reader.get_metadata_value("Title"),
        "pages": len(reader),
        "tagged": tagged,
        "outline": sum(1 for _ in reader.get_toc()),
        "headings": noted("<heading-truth>")[0],
        "phrases": [squeeze(text) for text in noted("<must>")],
        "anywhere": [squeeze(text) for text in noted("<somewhere>")],
        "running": noted("<running>"),
        "dehyphenated": broken_words("\n".join(texts), words_of(sources)),
        "tables": noted("<table-truth>"),
        "code": raw_blocks(),
    }
    check_truth(truth, texts)
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (EXAMPLES / "expected" / f"{name}.json").write_text(text + "\n")
    print(f"{name}: {truth['pages']} pages, {len(truth['headings'])} headings, {len(truth['phrases'])} phrases")


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def letters(text: str) -> str:
    """What stays the same however lines are broken: no spaces, no hyphens."""
    return re.sub(r"[\s\u00ad\u0002\ufffe\u2010-]+", "", text)


def words_of(sources: Path) -> set[str]:
    files = [*sources.glob("*.typ"), *sources.glob("*.yaml")]
    return set(re.findall(r"[A-Za-z-]+", "\n".join(file.read_text() for file in files)))


def broken_words(text: str, known: set[str]) -> list[str]:
    """Words that the typesetter broke at a line end, in order, each once; "high-tin" is none."""
    halves = re.findall(r"([A-Za-z]+)[\u00ad\u0002\ufffe]\s*([a-z]+)", text)
    return list(dict.fromkeys(a + b for a, b in halves if a + b in known and f"{a}-{b}" not in known))


def without_running(page: str, running: list[dict]) -> str:
    """The page without its headers, footers and lone page numbers, so that sentences go over pages."""
    keys = [letters(line["text"]) for line in running]
    lines = [letters(line) for line in page.splitlines()]
    return "".join(l for l in lines if not re.fullmatch(r"\d+", l) and not any(k in l for k in keys))


def check_truth(truth: dict, pages: list[str]) -> None:
    """The PDF's own text must have every phrase, and those in `phrases` in their order."""
    whole = letters("".join(pages))
    text, at = "".join(without_running(page, truth["running"]) for page in pages), 0
    for phrase in truth["phrases"]:
        found = text.find(letters(phrase), at)
        if found < 0:
            sys.exit(f"{truth['file']}: not found in order: {phrase}")
        at = found + 1
    for phrase in truth["anywhere"]:
        if letters(phrase) not in text:
            sys.exit(f"{truth['file']}: not found: {phrase}")
    for line in truth["running"]:
        if whole.count(letters(line["text"])) < line["allowed"] + 3:
            sys.exit(f"{truth['file']}: is no running line: {line['text']}")


def build_spoiled(sources: Path, fonts: Path) -> None:
    spoil.scan(typeset(sources / "scan.typ", fonts), EXAMPLES / "scan.pdf")
    spoil.damaged(typeset(sources / "damaged.typ", fonts), EXAMPLES / "damaged.pdf")
    spoil.encrypted(typeset(sources / "encrypted.typ", fonts), EXAMPLES / "encrypted.pdf")
    for name in ["damaged", "encrypted"]:
        reason = spoil.refusal(EXAMPLES / f"{name}.pdf")
        if reason is None:
            sys.exit(f"{name}.pdf: PDFium opens it, and should not")
        print(f"{name}: {reason}")
    scanned = pypdfium2.PdfDocument(EXAMPLES / "scan.pdf")
    if any(page.get_textpage().count_chars() for page in scanned):
        sys.exit("scan.pdf: has text, and should not")


main(sys.argv[1:])
