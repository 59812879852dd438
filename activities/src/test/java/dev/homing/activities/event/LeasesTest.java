package dev.homing.activities.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleIds;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

@OneAtATime
class LeasesTest {
  private final Tenant tenant = Postgres.newTenant();

  /** As a pool does when it has no connection at hand: its wait is interrupted. */
  private static final class InterruptiblePool extends DelegatingDataSource {
    InterruptiblePool() {
      super(Postgres.pool());
    }

    @Override
    public Connection getConnection() throws SQLException {
      if (Thread.interrupted()) {
        throw new SQLException("interrupted while waiting for a connection");
      }
      return super.getConnection();
    }
  }

  @Test
  void interruptedThreadReleasesItsLease() {
    Node node = new Node(Duration.ofMinutes(5));
    AcceptedEvent event = node.accept(tenant, SampleIds.subscription());
    Leases.Lease lease = node.leases.acceptOffer(event).orElseThrow();
    Leases stopping = new Leases(JdbcClient.create(new InterruptiblePool()), Duration.ofMinutes(5));
    Thread.currentThread().interrupt();

    stopping.release(lease);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(node.leases.takeExpired(event)).isPresent();
  }
}
