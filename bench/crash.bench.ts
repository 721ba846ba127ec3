import { runCrashRounds } from "../test/crash/crash-rounds.ts";
import { withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, quantileOf } from "./bench.ts";

/** The crash test at length. Its figures of interest are zeros, and how soon the server is back. */
export const bench: Bench<{ rounds: number; seed: number }> = {
  title: "the server is killed at random moments under load; what was acknowledged must be there once",
  defaults: { rounds: 200, seed: 1 },
  tiny: { rounds: 1, seed: 2 },

  async run({ rounds, seed }, say) {
    const report = await withTemporaryFolder((folder) =>
      runCrashRounds({
        rounds,
        seed,
        folder,
        onRound: (round, { killed, acknowledgedEvents, faults }) =>
          say(
            `round ${round}/${rounds}: killed ${killed}, acknowledged ${acknowledgedEvents}, ${JSON.stringify(faults)}`,
          ),
      }),
    );
    const { faults, restartSeconds, unreadEvents, usersUnlikeReplay } = report;
    const broken = Object.values({ ...faults, unreadEvents, usersUnlikeReplay }).some((count) => count > 0);
    return {
      metrics: {
        rounds: report.rounds,
        killed: report.killed,
        killedWhileStarting: report.killedWhileStarting,
        acknowledgedEvents: report.acknowledgedEvents,
        lostEvents: faults.lost,
        duplicatedEvents: faults.duplicated,
        foreignEvents: faults.foreign,
        changedEvents: faults.changed,
        unreadEvents,
        usersUnlikeReplay,
        restartSecondsP50: quantileOf(restartSeconds, 0.5),
        restartSecondsP99: quantileOf(restartSeconds, 0.99),
      },
      compared: {},
      ...(broken && { failure: "the server broke its promise; see the figures that should be 0" }),
    };
  },
};
