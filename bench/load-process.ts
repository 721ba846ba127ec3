import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Runs a load generator in a process of its own; it ends with ours. @param file beside this one */
export function runLoad<Result>(file: string, task: object): Promise<Result> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", path, JSON.stringify(task)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const stopChild = (): void => void child.kill("SIGKILL");
    process.once("exit", stopChild);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      process.removeListener("exit", stopChild);
      if (code === 0)
        resolve(JSON.parse(output) as Result); // what the generator prints
      else reject(new Error(`the load generator ended with ${code}`));
    });
  });
}
