import { calibrateCommand } from "./calibrate.ts";
import { checkCommand } from "./check.ts";
import { compareCommand } from "./compare.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { exportCommand } from "./export.ts";
import { fitCommand } from "./fit.ts";
import { generateCommand } from "./generate.ts";
import { predictCommand } from "./predict.ts";
import { renderCommand } from "./render.ts";
import { reportCommand } from "./report.ts";
import { runCommand } from "./run.ts";
import { simulateCommand } from "./simulate.ts";
import { trainCommand } from "./train.ts";

/** All commands: first those that do everything, then the single steps in the order in which data meets them. */
export const commands = [
  demoCommand,
  runCommand,
  checkCommand,
  renderCommand,
  calibrateCommand,
  simulateCommand,
  fitCommand,
  generateCommand,
  compareCommand,
  trainCommand,
  predictCommand,
  exportCommand,
  reportCommand,
  doctorCommand,
] as const;
