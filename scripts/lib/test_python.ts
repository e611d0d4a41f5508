/** A Python with boto3: the second program that reads what ours wrote. */
import { join } from "node:path";
import { cacheFolder } from "../find_minio.ts";
import { captured, StepFailed } from "./step.ts";

const BOTO3 = "boto3==1.40.76";

/**
 * BLOBFORGE_TEST_PYTHON, else a python3 that has boto3, else a virtual environment that is made once in the
 * cache. Null where there is no Python 3 or no boto3 to be had; `say` is told why.
 */
export async function findPython(
  env: Record<string, string | undefined>,
  say: (line: string) => void,
): Promise<string | null> {
  if (env.BLOBFORGE_TEST_PYTHON) return env.BLOBFORGE_TEST_PYTHON;
  if (await hasBoto3("python3")) return "python3";
  const venv = join(cacheFolder(env), "..", `python-${BOTO3.replace("==", "-")}`);
  const python = Deno.build.os === "windows"
    ? join(venv, "Scripts", "python.exe")
    : join(venv, "bin", "python");
  if (await hasBoto3(python)) return python;
  try {
    await captured("python3", ["-m", "venv", "--clear", venv], ".");
    const how = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await captured(python, [...how, BOTO3], ".");
    return python;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    say(error.message);
    return null;
  }
}

async function hasBoto3(python: string): Promise<boolean> {
  try {
    await captured(python, ["-c", "import boto3"], ".");
    return true;
  } catch (error) {
    if (error instanceof StepFailed) return false;
    throw error;
  }
}
