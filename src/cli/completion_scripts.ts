/** Words -> completion scripts. Nothing is asked of the program when Tab is pressed, so it is instant. */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = typeof SHELLS[number];

export type CompletionWords = {
  name: string;
  about: string;
  options: { words: string[]; about: string; takesValue: boolean }[];
};

const PRIORITY_WORDS = "critical high normal low background";
const STATE_WORDS = "todo processing failed dead done";

export function scriptFor(shell: Shell, commands: readonly CompletionWords[]): string {
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      return zsh(commands);
    case "fish":
      return fish(commands);
  }
}

function bash(commands: readonly CompletionWords[]): string {
  const cases = commands.map(({ name, options }) =>
    `    ${name}) words="${options.flatMap((option) => option.words).join(" ")} --help" ;;`
  );
  return `# bash completion for blobforge
_blobforge() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  case "$before" in
    --priority) COMPREPLY=($(compgen -W "${PRIORITY_WORDS}" -- "$current")); return ;;
    --state) COMPREPLY=($(compgen -W "${STATE_WORDS}" -- "$current")); return ;;
    --log-format) COMPREPLY=($(compgen -W "human json" -- "$current")); return ;;
  esac
  case "$command" in
    "") words="${commands.map((one) => one.name).join(" ")} help --help --version" ;;
    help) words="${commands.map((one) => one.name).join(" ")}" ;;
    completions) words="${SHELLS.join(" ")}" ;;
${cases.filter((line) => !line.startsWith("    completions)")).join("\n")}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ "$current" != -* && -n "$command" && "$command" != help && "$command" != completions ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
}
complete -F _blobforge blobforge
`;
}

function zsh(commands: readonly CompletionWords[]): string {
  const list = commands.map(({ name, about }) => `    ${quoted(`${name}:${about}`)}`).join("\n");
  const cases = commands.map(({ name, options }) => {
    const lines = options.flatMap(({ words, about, takesValue }) =>
      words.map((word) =>
        quoted(`${word}[${about.replace(/[[\]:]/g, " ")}]${takesValue ? ":value:_files" : ""}`)
      )
    );
    const last = name === "completions" ? `'1:shell:(${SHELLS.join(" ")})'` : "'*:file:_files'";
    return `    ${name}) _arguments ${[...lines, last].join(" ")} ;;`;
  });
  return `#compdef blobforge
_blobforge() {
  local -a commands
  commands=(
${list}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = "_blobforge" ]; then _blobforge "$@"; else compdef _blobforge blobforge; fi
`;
}

function fish(commands: readonly CompletionWords[]): string {
  const lines = ["# fish completion for blobforge"];
  for (const { name, about, options } of commands) {
    lines.push(`complete -c blobforge -n __fish_use_subcommand -f -a ${name} -d ${quoted(about)}`);
    for (const { words, about, takesValue } of options) {
      const flags = words.map((word) =>
        word.startsWith("--") ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`
      );
      const value = takesValue ? " -r" : "";
      const where = quoted(`__fish_seen_subcommand_from ${name}`);
      lines.push(
        `complete -c blobforge -n ${where} ${flags.join(" ")}${value} -d ${quoted(about)}`,
      );
    }
  }
  const shells = quoted("__fish_seen_subcommand_from completions");
  lines.push(`complete -c blobforge -n ${shells} -f -a "${SHELLS.join(" ")}"`);
  return `${lines.join("\n")}\n`;
}

/** For all three shells: a single quote ends, is escaped and begins anew. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
