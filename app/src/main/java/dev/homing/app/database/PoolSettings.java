package dev.homing.app.database;

import dev.homing.activities.GroupCommit;
import dev.homing.activities.Setting;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How many connections to PostgreSQL a node opens at most: all but {@code lanes} added up.
 *
 * @param shared of the API, the lanes and housekeeping
 * @param lanes of the shared ones, how many transactions of the lanes may use at a time
 * @param accepting of accepting alone, which nothing else can use up
 * @param tenants of tenants' own requests, in a role that sees their rows only
 * @param pages of what pages read
 * @param statistics of statistics, in the same role
 */
@ConfigurationProperties("homing.pools")
public record PoolSettings(
    int shared, int lanes, int accepting, int tenants, int pages, int statistics) {
  public PoolSettings {
    Setting.between("homing.pools.shared", shared, 2, 1_000);
    Setting.between("homing.pools.lanes", lanes, 1, shared - 1);
    Setting.between("homing.pools.accepting", accepting, GroupCommit.CONNECTIONS, 1_000);
    Setting.between("homing.pools.tenants", tenants, 1, 1_000);
    Setting.between("homing.pools.pages", pages, 1, 1_000);
    Setting.between("homing.pools.statistics", statistics, 1, 1_000);
  }
}
