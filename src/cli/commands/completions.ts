/** JSON: `{"shell", "script"}`. */
import { BlobForgeError } from "../../base/errors.ts";
import { ALIASES, COMMANDS, findCommand } from "../command_table.ts";
import { type CompletionWords, scriptFor, SHELLS } from "../completion_scripts.ts";
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  about: "Prints a script that completes commands and options in your shell.",
  examples: [
    ["source <(blobforge completions bash)", "in ~/.bashrc"],
    ["blobforge completions zsh > ~/.zfunc/_blobforge", "in a folder of $fpath"],
    ["blobforge completions fish > ~/.config/fish/completions/blobforge.fish", "for fish"],
  ],
  setup: (command) => command.argument("<shell>", "bash, zsh or fish"),
  async run({ out }, _options, name) {
    const shell = SHELLS.find((one) => one === name);
    if (shell === undefined) {
      throw new BlobForgeError(
        "usage",
        `There are no completions for "${name}"`,
        `Shells are ${SHELLS.join(", ")}`,
      );
    }
    const script = scriptFor(shell, await completionWords());
    out.result({ shell, script }, () => out.raw(script));
  },
});

/** Every command's options, from the commands themselves. */
async function completionWords(): Promise<CompletionWords[]> {
  const names = [...COMMANDS.map((entry) => entry.name), ...Object.keys(ALIASES)];
  return await Promise.all(names.map(async (name) => {
    const { entry } = findCommand(name)!;
    const { command } = await entry.load();
    const options = command.build(entry.name).options.map((option) => ({
      words: [option.short, option.long].filter((word) => word !== undefined),
      about: option.description,
      takesValue: option.required,
    }));
    const about = entry.name === name ? entry.summary : `the same as ${ALIASES[name]!.join(" ")}`;
    return { name, about, options };
  }));
}
