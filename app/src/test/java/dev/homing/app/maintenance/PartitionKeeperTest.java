package dev.homing.app.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.homing.activities.retention.AnalyzeTables;
import dev.homing.activities.retention.DropPartitions;
import dev.homing.activities.retention.ExpiredKeys;
import dev.homing.activities.retention.MakePartitions;
import dev.homing.activities.retention.Partitions;
import dev.homing.activities.retention.RetentionSettings;
import dev.homing.app.development.Port;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class PartitionKeeperTest {
  @Test
  void doesNotPreventAStartWithoutADatabase() {
    var nowhere =
        new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:%d/no".formatted(Port.free()));
    JdbcClient jdbc = JdbcClient.create(nowhere);
    var transaction = new TransactionTemplate(new JdbcTransactionManager(nowhere));
    var settings = new RetentionSettings(Duration.ofDays(30), null);
    Partitions partitions = new Partitions(jdbc);
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    PartitionKeeper keeper =
        new PartitionKeeper(
            new MakePartitions(partitions, jdbc, transaction),
            new AnalyzeTables(jdbc, transaction),
            new DropPartitions(partitions, settings, jdbc, transaction),
            new ExpiredKeys(jdbc, settings),
            partitions,
            Clock.systemUTC(),
            metrics);

    assertThatCode(keeper::keep).doesNotThrowAnyException();
    assertThatCode(keeper::analyze).doesNotThrowAnyException();

    assertThat(metrics.get("homing.partitions.ahead").gauge().value()).isZero();
  }
}
