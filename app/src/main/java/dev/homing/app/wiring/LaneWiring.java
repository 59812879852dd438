package dev.homing.app.wiring;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.backlog.Backlog;
import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.ParkedDeliveries;
import dev.homing.activities.delivery.RecordedAttempts;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.Events;
import dev.homing.activities.event.Leases;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.event.SharedWorkflows;
import dev.homing.activities.lane.DurableLane;
import dev.homing.activities.lane.EarlyStart;
import dev.homing.activities.lane.ExpressLane;
import dev.homing.activities.lane.ExpressSettings;
import dev.homing.activities.lane.SendFirstAttempts;
import dev.homing.activities.lane.StartDeliveries;
import dev.homing.activities.outbound.Egress;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.pace.Pacing;
import dev.homing.activities.slots.SendingLimits;
import dev.homing.activities.standing.KnownStandings;
import dev.homing.activities.standing.OwnRetries;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.temporal.DeliveryWorkflows;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Both lanes: first attempts and later ones. */
@Configuration(proxyBeanMethods = false)
class LaneWiring {
  @Bean
  SendingLimits sendingLimits(ExpressSettings settings, MeterRegistry metrics) {
    SendingLimits limits = new SendingLimits(settings.slots());
    metrics.gauge("homing.express.slots.free", limits, SendingLimits::free);
    metrics.gauge("homing.express.slots.waiting", limits, SendingLimits::waiting);
    return limits;
  }

  @Bean
  Pacing pacing(StringRedisTemplate redis) {
    return new Pacing(redis);
  }

  @Bean
  SendFirstAttempts sendFirst(
      Leases leases,
      Deliveries deliveries,
      HttpSender sender,
      AttemptLog attemptLog,
      SendingLimits limits,
      Pacing pacing,
      KnownStandings standings,
      OwnRetries ownRetries,
      FairTransactions transaction) {
    return new SendFirstAttempts(
        leases, deliveries, sender, attemptLog, limits, pacing, standings, ownRetries, transaction);
  }

  /** Not destroyed by Spring: the workers' bean stops it. */
  @Bean(destroyMethod = "")
  EarlyStart earlyStart(
      Leases leases, Receivers receivers, SendFirstAttempts sendFirst, Egress egress) {
    return new EarlyStart(leases, receivers, sendFirst, egress);
  }

  @Bean
  ExpressLane expressLane(
      Events events,
      OpenEvents open,
      Leases leases,
      SharedWorkflows eventWorkflows,
      Receivers receivers,
      Deliveries deliveries,
      WaitingDeliveries waiting,
      SendFirstAttempts sendFirst,
      EarlyStart earlyStart,
      DeliveryWorkflows workflows,
      FairTransactions transaction) {
    return new ExpressLane(
        events,
        open,
        leases,
        eventWorkflows,
        receivers,
        deliveries,
        waiting,
        sendFirst,
        earlyStart,
        workflows,
        transaction);
  }

  @Bean
  StartDeliveries startDeliveries(WaitingDeliveries deliveries, DeliveryWorkflows workflows) {
    return new StartDeliveries(deliveries, workflows);
  }

  @Bean
  DurableLane durableLane(
      Events events,
      Receivers receivers,
      Deliveries deliveries,
      ParkedDeliveries parked,
      HttpSender sender,
      AttemptLog attemptLog,
      RecordedAttempts attempts,
      KnownStandings standings,
      Backlog backlog,
      Pacing pacing,
      FairTransactions transaction) {
    return new DurableLane(
        events,
        receivers,
        deliveries,
        parked,
        sender,
        attemptLog,
        attempts,
        standings,
        backlog,
        pacing,
        transaction);
  }
}
