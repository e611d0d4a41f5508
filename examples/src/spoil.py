"""Makes the awkward PDFs: a scan without text, one cut off in the middle, one behind a password."""

import io
from datetime import datetime, timezone
from pathlib import Path

import img2pdf
import numpy as np
import pikepdf
import pypdfium2
from PIL import Image, ImageFilter

DATE = datetime(2026, 11, 1, tzinfo=timezone.utc)
PASSWORD = "larkspur"


def scan(letter: bytes, path: Path) -> None:
    """Prints the letter, so to speak, and lays it on the glass a little askew."""
    random = np.random.default_rng(88)
    pages = []
    for number, page in enumerate(pypdfium2.PdfDocument(letter)):
        sheet = page.render(scale=150 / 72, grayscale=True).to_pil().convert("L")
        skew = [0.7, -0.5, 0.9, -0.8][number % 4]
        sheet = sheet.rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
        sheet = sheet.filter(ImageFilter.GaussianBlur(0.55))
        grey = np.asarray(sheet).astype(np.float64) * 0.86 + 28
        height, width = grey.shape
        grey -= 16 * np.exp(-np.arange(width) / 22)[None, :]
        grey -= 7 * np.linspace(0, 1, height)[:, None] ** 3
        grey += random.normal(0, 3.0, grey.shape)
        for _ in range(60):
            y, x = random.integers(0, height - 3), random.integers(0, width - 3)
            grey[y : y + random.integers(1, 3), x : x + random.integers(1, 3)] -= 90
        file = io.BytesIO()
        dusty = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
        dusty.save(file, "JPEG", quality=48, optimize=True, dpi=(150, 150))
        pages.append(file.getvalue())
    wrapped = img2pdf.convert(pages, creationdate=DATE, moddate=DATE, producer="BlobForge examples")
    with pikepdf.open(io.BytesIO(wrapped)) as pdf:
        del pdf.trailer["/ID"]  # img2pdf draws a new one every time
        pdf.save(path, deterministic_id=True)


def damaged(good: bytes, path: Path) -> None:
    """Keeps the first half, as a download that broke off does: no page tree, no cross-references."""
    path.write_bytes(good[: len(good) // 2])


def encrypted(good: bytes, path: Path) -> None:
    """Needs the password to open. RC4 with a fixed id: AES salts would differ in every build."""
    with pikepdf.open(io.BytesIO(good)) as pdf:
        rights = pikepdf.Encryption(user=PASSWORD, owner=PASSWORD, R=4, aes=False, metadata=False)
        pdf.save(path, encryption=rights, deterministic_id=False, static_id=True)


def refusal(path: Path) -> str | None:
    """What PDFium says to the file; None if it opens it."""
    try:
        pypdfium2.PdfDocument(path).close()
    except pypdfium2.PdfiumError as error:
        return str(error)
    return None
