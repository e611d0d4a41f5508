"""Draws the raster images and random data that the documents include. Seeded: always the same."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def draw_all(folder: Path) -> None:
    spectrogram(folder / "spectrogram.jpg")
    scatter(folder / "paper-scatter.csv")
    island_map(folder / "rulebook-map.png")


def spectrogram(path: Path) -> None:
    """The paper's Figure 2: 35 s of a bell, with noise, a cart, and a warm colour scale."""
    random = np.random.default_rng(1711)
    width, height = 880, 420
    seconds = np.linspace(-3, 35, width)[None, :]
    hertz = np.linspace(900, 0, height)[:, None]
    level = np.full((height, width), -78.0) + random.normal(0, 3.2, (height, width))
    ringing = np.clip(seconds, 0, None)
    partials = [(196, 33, 0), (389, 14, -3), (466, 11, -4), (585, 7, -9), (778, 6, -6), (842, 3, -14)]
    for frequency, t60, start in partials:
        decay = start - 60 * ringing / t60
        line = decay - ((hertz - frequency) / 4.5) ** 2
        level = np.where((seconds >= 0) & (line > level), line + random.normal(0, 0.8, level.shape), level)
    strike = np.exp(-((seconds - 0.1) / 0.15) ** 2) * 45
    cart = np.exp(-((seconds - 32) / 1.1) ** 2) * np.exp(-hertz / 300) * 26
    level = np.clip((level + strike + cart + 85) / 85, 0, 1)
    stops = np.array([[18, 20, 44], [84, 38, 92], [190, 72, 70], [244, 160, 80], [255, 244, 210]])
    place = np.linspace(0, 1, len(stops))
    colours = np.stack([np.interp(level, place, stops[:, i]) for i in range(3)], axis=-1)
    Image.fromarray(colours.astype(np.uint8)).save(path, quality=72, optimize=True)


def scatter(path: Path) -> None:
    """The points of the paper's Figure 3."""
    random = np.random.default_rng(1893)
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["celsius", "seconds", "season"])
        for day in range(0, 424, 3):
            celsius = 10 - 13 * np.cos(2 * np.pi * day / 365) + random.normal(0, 2.4)
            wet = np.sin(day / 17) + 0.6 * np.sin(day / 41)
            seconds = 29 - 0.41 * (celsius - 10) + 0.9 * wet + random.normal(0, 0.4)
            rows.writerow([f"{celsius:.1f}", f"{seconds:.1f}", "wet" if wet > 0 else "dry"])


def island_map(path: Path) -> None:
    """The rulebook's map: islands from smoothed noise, with contours, in few colours."""
    random = np.random.default_rng(520)
    width, height = 900, 520
    land = np.zeros((height, width))
    for cells, weight in [(4, 1.0), (8, 0.55), (16, 0.28), (32, 0.13), (64, 0.06)]:
        noise = random.random((cells, cells * 2)).astype(np.float32)
        grown = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
        land += weight * np.asarray(grown)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    land = (land - land.mean()) * 1.7 - 0.75 * (np.maximum(abs(x), abs(y)) ** 4) + 0.04
    colours = np.array(
        [[172, 196, 202], [190, 211, 212], [233, 221, 186], [214, 205, 160], [186, 186, 140], [160, 156, 120]],
        dtype=np.uint8,
    )
    picture = colours[np.digitize(land, [-0.14, 0, 0.12, 0.28, 0.46])]
    steps = np.floor(land * 9)
    edge = (steps != np.roll(steps, 1, 0)) | (steps != np.roll(steps, 1, 1))
    picture[edge & (land > 0)] = [128, 116, 84]
    coast = (land > 0) != (np.roll(land, 1, 0) > 0)
    coast |= (land > 0) != (np.roll(land, 1, 1) > 0)
    picture[coast] = [70, 58, 44]
    image = Image.fromarray(picture)
    pen = ImageDraw.Draw(image)
    pen.rectangle((4, 4, width - 5, height - 5), outline=(70, 58, 44), width=3)
    pen.rectangle((11, 11, width - 12, height - 12), outline=(70, 58, 44))
    image.quantize(16).save(path, optimize=True)
