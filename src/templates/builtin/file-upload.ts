import type { Template } from "../template.ts";
import code from "./file-upload.txt" with { type: "text" };

export const fileUpload: Template = {
  name: "file-upload",
  metadata: {
    category: "data",
    tags: ["upload", "multipart", "files"],
    description: "Takes files of a few types and stores them under names of its own",
    params: [
      { name: "description", description: "What lists show of the script", default: "Takes files" },
      {
        name: "directory",
        description: "Folder beside the script; its name gets a leading _, so that nothing in it is served",
        default: "uploads",
      },
    ],
    version: "1.0.0",
    author: "hoody-exec",
  },
  code,
  builtin: true,
};
