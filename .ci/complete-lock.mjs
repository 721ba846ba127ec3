// Adds to package-lock.json the optional packages of other platforms that the registry at hand did not have when it was written,
// so that `npm ci` works on every platform. npm leaves out what it cannot fetch, and then calls the lock incomplete.
// Run it after changing dependencies: node .ci/complete-lock.mjs
import { readFileSync, writeFileSync } from "node:fs";

const OS = [
  "android",
  "darwin",
  "freebsd",
  "linux",
  "win32",
  "aix",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
];
const CPU = ["arm64", "arm", "x64", "ia32", "riscv64", "ppc64", "s390x", "loong64", "mips64el", "wasm32"];

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const added = [];
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  if (path === "") continue;
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isLocked(path, name) || !/^\d/.test(version)) continue;
    const parts = name.split(/[/-]/);
    const os = OS.filter((system) => parts.includes(system));
    const cpu = CPU.filter((kind) => parts.includes(kind));
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: cpu.length > 0 ? cpu : ["none"],
      ...(dev && { dev }),
      optional: true,
      ...(os.length > 0 && { os }),
      ...(parts.includes("musl") && { libc: ["musl"] }),
      ...(parts.includes("gnu") && { libc: ["glibc"] }),
    };
    added.push(`${name}@${version}`);
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([left], [right]) => (left < right ? -1 : 1)),
);
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length > 0 ? `added ${added.join(", ")}` : "nothing was missing");

/** Whether the package at `path` finds `name` in its own node_modules or in one above it. */
function isLocked(path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (lock.packages[`${folder === "" ? "" : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === "") return false;
  }
}
