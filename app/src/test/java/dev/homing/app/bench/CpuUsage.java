package dev.homing.app.bench;

import dev.homing.app.development.Database;
import dev.homing.app.development.RealParts;
import java.time.Duration;

/**
 * The resources that the processes have used so far.
 *
 * @param load this JVM: callers and receivers
 * @param commits of PostgreSQL, in Homing's database; what a connection did in the last second may
 *     be missing
 * @param wal bytes that PostgreSQL wrote ahead
 * @param workflowCommits transactions of Temporal that create or update a workflow
 */
record CpuUsage(
    Duration homing,
    Duration postgres,
    Duration temporal,
    Duration redis,
    Duration load,
    long commits,
    long wal,
    long workflowCommits) {

  static CpuUsage now(Nodes nodes, RealParts parts, Temporal temporal) {
    return new CpuUsage(
        nodes.cpu(),
        parts.postgres().cpu(),
        temporal.cpu(),
        parts.redis().cpu(),
        cpu(ProcessHandle.current()),
        database(parts)
            .count("select xact_commit from pg_stat_database where datname = current_database()"),
        database(parts).count("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"),
        temporal.workflowCommits());
  }

  private static Database database(RealParts parts) {
    return new Database(parts.postgres().port());
  }

  private static Duration cpu(ProcessHandle process) {
    return process.info().totalCpuDuration().orElseThrow();
  }

  CpuUsage since(CpuUsage before) {
    return new CpuUsage(
        homing.minus(before.homing),
        postgres.minus(before.postgres),
        temporal.minus(before.temporal),
        redis.minus(before.redis),
        load.minus(before.load),
        commits - before.commits,
        wal - before.wal,
        workflowCommits - before.workflowCommits);
  }
}
