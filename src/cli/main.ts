#!/usr/bin/env node
import { keepFreedMemory } from "./kept-memory.ts";

/** The program: arguments in, exit code out. */

keepFreedMemory(); // before anything is loaded, since it loads all again
const { program } = await import("./program.ts");
process.exitCode = await program(process.argv.slice(2));
