package dev.homing.app.wiring;

import dev.homing.activities.backlog.Availability;
import dev.homing.activities.backlog.Backlog;
import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.backlog.BacklogRuns;
import dev.homing.activities.backlog.DrainLeases;
import dev.homing.activities.backlog.DrainParts;
import dev.homing.activities.backlog.Drains;
import dev.homing.activities.backlog.DurableDrain;
import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.Events;
import dev.homing.activities.lane.ExpressSettings;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.pace.Pacing;
import dev.homing.activities.retention.RetentionSettings;
import dev.homing.activities.sequence.AdvanceSequences;
import dev.homing.activities.sequence.Sequences;
import dev.homing.activities.slots.SendingLimits;
import dev.homing.activities.standing.KnownStandings;
import dev.homing.activities.standing.OwnRetries;
import dev.homing.activities.standing.StandingList;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.Receivers;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Receivers in trouble, and deliveries in order: their backlogs, and who drains them. */
@Configuration(proxyBeanMethods = false)
class BacklogWiring {
  @Bean
  Standings standings(JdbcClient jdbc) {
    return new Standings(jdbc);
  }

  @Bean
  StandingList standingList(JdbcClient jdbc) {
    return new StandingList(jdbc);
  }

  @Bean
  KnownStandings knownStandings(Standings standings) {
    return new KnownStandings(standings);
  }

  @Bean
  OwnRetries ownRetries(ExpressSettings settings) {
    return new OwnRetries(settings.ownRetriesPerWindow());
  }

  @Bean
  Availability availability(KnownStandings standings, OwnRetries ownRetries) {
    return new Availability(standings, ownRetries);
  }

  @Bean
  Backlog backlog(JdbcClient jdbc, Standings standings, TransactionTemplate transaction) {
    return new Backlog(jdbc, standings, transaction);
  }

  @Bean
  Sequences sequences(
      JdbcClient jdbc,
      Standings standings,
      TransactionTemplate transaction,
      RetentionSettings retention) {
    return new Sequences(jdbc, standings, transaction, retention.ofPayloads());
  }

  @Bean
  AdvanceSequences advanceSequences(Sequences sequences, Receivers receivers) {
    return new AdvanceSequences(sequences, receivers);
  }

  @Bean
  BacklogRuns backlogRuns(JdbcClient jdbc, TransactionTemplate transaction) {
    return new BacklogRuns(jdbc, transaction);
  }

  @Bean
  DrainParts drainParts(
      JdbcClient jdbc,
      TransactionTemplate transaction,
      Backlog backlog,
      Sequences sequences,
      KnownStandings standings,
      WaitingDeliveries waiting,
      Receivers receivers,
      Events events,
      HttpSender sender,
      AttemptLog attemptLog,
      SendingLimits limits,
      Pacing pacing) {
    return new DrainParts(
        new DrainLeases(jdbc, transaction),
        backlog,
        sequences,
        standings,
        waiting,
        receivers,
        events,
        sender,
        attemptLog,
        limits,
        pacing,
        Clock.systemUTC());
  }

  /** Not destroyed by Spring: the workers' bean stops it. */
  @Bean(destroyMethod = "")
  Drains drains(DrainParts parts, MeterRegistry metrics) {
    Drains drains = new Drains(parts);
    metrics.gauge("homing.backlogs.draining", drains, Drains::running);
    return drains;
  }

  @Bean
  BacklogCounts backlogCounts(JdbcClient jdbc) {
    return new BacklogCounts(jdbc);
  }

  @Bean
  DurableDrain durableDrain(
      Drains drains, DrainParts parts, BacklogRuns runs, BacklogCounts counts) {
    return new DurableDrain(drains, parts, runs, counts);
  }
}
