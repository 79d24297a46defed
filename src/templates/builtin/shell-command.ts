import type { Template } from "../template.ts";
import code from "./shell-command.txt" with { type: "text" };

export const shellCommand: Template = {
  name: "shell-command",
  metadata: {
    category: "utility",
    tags: ["shell", "system"],
    description: "Runs a command and answers its output as JSON: the free space of a disk",
    params: [
      { name: "path", description: "Path on the disk in question", default: "/" },
      { name: "description", description: "What lists show of the script", default: "Free space of a disk" },
    ],
    version: "1.0.0",
    author: "hoody-exec",
  },
  code,
  builtin: true,
};
