import assert from "node:assert/strict";
import { imageLinks, missingImages } from "../../../src/convert/image_links.ts";

Deno.test("imageLinks() finds images however they are written", () => {
  const line = 'a ![x](a.png) ![](<b c.png> "t") [no](c.png) ![y](d_(1).png "title") ' +
    `<img alt="" src="e.png"> <IMG src='f.png'/> <img src=g.png> ![a\\]b](h.png)`;
  assert.deepEqual(imageLinks(line).toSorted(), [
    "a.png",
    "b c.png",
    "d_(1).png",
    "e.png",
    "f.png",
    "g.png",
    "h.png",
  ]);
});

Deno.test("missingImages() names each relative link that leads nowhere, once", async () => {
  const path = await Deno.makeTempFile();
  const lines = [
    "![](there.png) ![](./there.png) ![](im%20g/x.png) ![](100%.png) ![](there.png#top)",
    "![](https://example.org/x.png) ![](data:image/png;base64,AA) ![](//cdn/x.png) ![](#here)",
    "![](gone.png) ![](gone.png) ![](../outside.png) ![](/etc/passwd)",
    "```md",
    "![](in-code.png)",
    "```",
    "![](last.png)",
  ];
  await Deno.writeTextFile(path, lines.join("\n"));
  const files = new Set(["there.png", "im g/x.png", "100%.png"]);
  const missing = await missingImages(path, (name) => files.has(name));
  await Deno.remove(path);
  assert.deepEqual(missing, ["gone.png", "../outside.png", "/etc/passwd", "last.png"]);
});
