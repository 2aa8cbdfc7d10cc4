// sharp, the anchor for pictures: for every line "png" or "jpeg" it cuts and resizes the file, and answers with the
// milliseconds by the clock, those of processor time, and the bytes.
const sharp = require("sharp");
const [file, width, height] = process.argv.slice(2);
const source = require("fs").readFileSync(file);
sharp.concurrency(1);
sharp.cache(false);

require("readline").createInterface({ input: process.stdin }).on("line", async (kind) => {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const fitted = sharp(source).resize(Number(width), Number(height), { fit: "cover" });
  const jpeg = { quality: 90, chromaSubsampling: "4:4:4" };
  const content = await (kind === "png" ? fitted.png({ compressionLevel: 1 }) : fitted.jpeg(jpeg)).toBuffer();
  const { user, system } = process.cpuUsage(used);
  console.log(JSON.stringify([performance.now() - began, (user + system) / 1000, content.length]));
});
