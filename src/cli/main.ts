#!/usr/bin/env node
import { keepFreedMemory } from "./kept-memory.ts";

/** The program: arguments in, exit code out. */

const parameters = process.argv.slice(2);
keepFreedMemory(parameters[0]); // before anything is loaded, since it loads all again
const { program } = await import("./program.ts");
process.exitCode = await program(parameters);
