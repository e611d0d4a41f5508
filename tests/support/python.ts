/** A Python with boto3, as a second program that reads what ours wrote. */
const ADVICE =
  "install it with `pip install boto3`, or name a Python that has it in BLOBFORGE_TEST_PYTHON";

/** Never skips: throws with advice where there is none. */
export async function pythonWithBoto3(): Promise<string> {
  const python = Deno.env.get("BLOBFORGE_TEST_PYTHON") ?? "python3";
  const { success } = await new Deno.Command(python, {
    args: ["-c", "import boto3"],
    stdout: "null",
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  if (!success) throw new Error(`${python} has no boto3: ${ADVICE}`);
  return python;
}
