package dev.homing.app;

import com.fasterxml.uuid.Generators;
import com.zaxxer.hikari.HikariDataSource;
import dev.homing.activities.FairTransactions;
import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.destination.DestinationCheck;
import dev.homing.activities.destination.DestinationPolicy;
import dev.homing.activities.destination.DestinationSettings;
import dev.homing.activities.destination.KnownNames;
import dev.homing.activities.destination.NameServers;
import dev.homing.activities.destination.OwnPorts;
import dev.homing.activities.destination.TimedDns;
import dev.homing.activities.event.AcceptEvents;
import dev.homing.activities.event.EventWorkflows;
import dev.homing.activities.event.Events;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.lane.DurableLane;
import dev.homing.activities.lane.EarlyStart;
import dev.homing.activities.lane.ExpressLane;
import dev.homing.activities.lane.SendFirst;
import dev.homing.activities.lane.Slots;
import dev.homing.activities.lane.StartDeliveries;
import dev.homing.activities.outbound.Egress;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.outbound.OutboundCalls;
import dev.homing.activities.retention.DropPartitions;
import dev.homing.activities.retention.ExpiredKeys;
import dev.homing.activities.retention.MakePartitions;
import dev.homing.activities.retention.Partitions;
import dev.homing.activities.retention.RetentionSettings;
import dev.homing.activities.routing.RedisRoutes;
import dev.homing.activities.routing.Routes;
import dev.homing.activities.secret.Encryption;
import dev.homing.activities.secret.EncryptionKeys;
import dev.homing.activities.secret.Secrets;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.GoneReceivers;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.subscription.Resealing;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.app.access.AccessSettings;
import dev.homing.app.database.AcceptingDatabase;
import dev.homing.app.database.DatabaseByCaller;
import dev.homing.app.database.DatabaseUrl;
import dev.homing.app.database.TenantDatabase;
import dev.homing.app.event.PublishingSettings;
import dev.homing.app.http.BodyLimit;
import dev.homing.app.http.RequestSettings;
import dev.homing.app.limit.LimitFilter;
import dev.homing.app.limit.LimitSettings;
import dev.homing.app.node.DrainSettings;
import dev.homing.app.node.PartSettings;
import dev.homing.app.node.PortSettings;
import dev.homing.app.node.TemporalHistograms;
import dev.homing.app.node.TemporalTls;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.GrpcCompression;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.spring.boot.TemporalOptionsCustomizer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Puts the parts together. */
@Configuration(proxyBeanMethods = false)
public class Wiring {
  private static final Logger log = LoggerFactory.getLogger(Wiring.class);

  /** Beyond an attempt: looking up the host, and recording. */
  private static final Duration LEASE_BEYOND_AN_ATTEMPT = Duration.ofSeconds(30);

  /** Of the twenty connections that {@code application.yml} has. */
  private static final int LANE_TRANSACTIONS = 12;

  /** Takes all settings: what is wrong stops the start before anything connects. */
  @Bean
  DatabaseUrl databaseUrl(
      PartSettings parts,
      TemporalTls temporalTls,
      PortSettings ports,
      AccessSettings access,
      EncryptionSettings encryption,
      DestinationSettings destinations,
      DeliverySettings delivery,
      PublishingSettings publishing,
      ExpressSettings express,
      DrainSettings drain,
      RetentionSettings retention,
      LimitSettings limits) {
    return parts.database();
  }

  @Bean
  FilterRegistrationBean<BodyLimit> bodyLimit(
      PublishingSettings publishing, RequestSettings requests) {
    FilterRegistrationBean<BodyLimit> registration =
        new FilterRegistrationBean<>(
            new BodyLimit(publishing.maxPayload().toBytes(), requests.bodyTimeout()));
    registration.setOrder(BodyLimit.ORDER);
    return registration;
  }

  /** It stands behind those that find out whose request it is, and nowhere else. */
  @Bean
  FilterRegistrationBean<LimitFilter> limitsInTheChainOnly(LimitFilter limits) {
    FilterRegistrationBean<LimitFilter> registration = new FilterRegistrationBean<>(limits);
    registration.setEnabled(false);
    return registration;
  }

  /** Compression costs more than it saves between processes of one machine or network. */
  @Bean
  TemporalOptionsCustomizer<WorkflowServiceStubsOptions.Builder> uncompressed() {
    return options -> options.setGrpcCompression(GrpcCompression.NONE);
  }

  @Bean
  public TemporalOptionsCustomizer<WorkflowServiceStubsOptions.Builder> overTls(TemporalTls tls) {
    return options -> {
      tls.context().ifPresent(options::setSslContext);
      if (!tls.serverName().isEmpty()) {
        options.setChannelInitializer(channel -> channel.overrideAuthority(tls.serverName()));
      }
      return options;
    };
  }

  @Bean
  MeterFilter temporalHistograms() {
    return new TemporalHistograms();
  }

  /** A thread for each task: one that waits for Temporal must not hold up the others. */
  @Bean
  ThreadPoolTaskScheduler taskScheduler() {
    ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
    scheduler.setPoolSize(8);
    scheduler.setThreadNamePrefix("scheduling-");
    return scheduler;
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  /** New ids: UUIDv7, so that they sort by time. */
  @Bean
  Supplier<UUID> ids() {
    return Generators.timeBasedEpochGenerator()::generate;
  }

  @Bean
  @Primary
  TransactionTemplate transactionTemplate(PlatformTransactionManager transactions) {
    return new TransactionTemplate(transactions);
  }

  /** Of both lanes: what they read, and everybody else, has the other connections. */
  @Bean
  FairTransactions laneTransactions(PlatformTransactionManager transactions) {
    return new FairTransactions(transactions, LANE_TRANSACTIONS);
  }

  @Bean
  EncryptionKeys encryptionKeys(EncryptionSettings settings) {
    return settings.parsed();
  }

  @Bean
  Secrets secrets(EncryptionKeys keys) {
    return new Secrets(new Encryption(keys, new SecureRandom()));
  }

  @Bean
  AcceptingDatabase acceptingDatabase(DatabaseUrl url, MeterRegistry metrics) {
    return new AcceptingDatabase(url, metrics);
  }

  @Bean
  TenantDatabase tenantDatabase(DatabaseUrl url, MeterRegistry metrics) {
    return new TenantDatabase(url, metrics);
  }

  /** Whatever asks for a connection, JPA and Flyway as well, asks here. */
  @Bean
  static BeanPostProcessor databaseByCaller(ObjectProvider<TenantDatabase> tenants) {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof HikariDataSource owners
            ? new DatabaseByCaller(owners, tenants::getObject)
            : bean;
      }
    };
  }

  /** While there is no connection to Redis, nobody waits for one. */
  @Bean
  LettuceClientOptionsBuilderCustomizer redisRefusesAtOnce() {
    return options -> options.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS);
  }

  @Bean
  Routes routes(StringRedisTemplate redis, AcceptingDatabase database, MeterRegistry metrics) {
    return new Routes(
        new RedisRoutes(redis), database.jdbc(), task -> Thread.startVirtualThread(task), metrics);
  }

  @Bean
  AcceptEvents acceptEvents(
      Routes routes, OpenEvents open, AcceptingDatabase database, Supplier<UUID> ids) {
    return new AcceptEvents(routes, open, database.jdbc(), database.transaction(), ids);
  }

  @Bean
  Receivers receivers(JdbcClient jdbc, Secrets secrets, DeliverySettings settings) {
    return new Receivers(jdbc, secrets, settings);
  }

  @Bean
  Resealing resealing(JdbcClient jdbc, Secrets secrets) {
    return new Resealing(jdbc, secrets);
  }

  @Bean
  OpenEvents openEvents(JdbcClient jdbc, DeliverySettings settings) {
    return new OpenEvents(jdbc, settings.timeout().plus(LEASE_BEYOND_AN_ATTEMPT));
  }

  @Bean
  Events events(JdbcClient jdbc) {
    return new Events(jdbc);
  }

  @Bean
  EventWorkflows eventWorkflows(JdbcClient jdbc) {
    return new EventWorkflows(jdbc);
  }

  @Bean
  Deliveries deliveries(JdbcClient jdbc, OpenEvents open) {
    return new Deliveries(jdbc, open);
  }

  @Bean
  OwnPorts ownPorts() {
    return new OwnPorts();
  }

  /** Of the API and of the management port. */
  @Bean
  ApplicationListener<WebServerInitializedEvent> listening(OwnPorts own) {
    return event -> own.add(event.getWebServer().getPort());
  }

  /** In open mode, which serves this machine only, its own receivers may be called. */
  @Bean
  DestinationPolicy destinationPolicy(
      DestinationSettings settings, AccessSettings access, OwnPorts own) {
    if (!settings.allow().isBlank()) {
      log.info("addresses that are not public and may be called: {}", settings.allow());
    }
    return new DestinationPolicy(settings, access.isOpen(), own);
  }

  @Bean
  NameServers nameServers() {
    return new NameServers();
  }

  @Bean
  TimedDns dns(NameServers servers) {
    return new TimedDns(new KnownNames(servers));
  }

  @Bean
  DestinationCheck destinationCheck(DestinationPolicy policy, TimedDns dns) {
    return new DestinationCheck(policy, dns);
  }

  @Bean
  OutboundCalls outboundCalls(DestinationPolicy policy, TimedDns dns) {
    return new OutboundCalls(policy, dns);
  }

  @Bean
  Egress egress(MeterRegistry metrics) {
    Egress egress = new Egress();
    Gauge.builder("homing.egress.down", egress, node -> node.isDown() ? 1 : 0)
        .description("1 while this node reaches nobody")
        .register(metrics);
    return egress;
  }

  @Bean
  HttpSender httpSender(
      OutboundCalls calls, Clock clock, Egress egress, ObjectProvider<BuildProperties> build) {
    String version =
        Optional.ofNullable(build.getIfAvailable())
            .map(BuildProperties::getVersion)
            .orElse("development");
    return new HttpSender(calls, clock, egress, version);
  }

  @Bean
  GoneReceivers goneReceivers(JdbcClient jdbc, TransactionTemplate transaction) {
    return new GoneReceivers(jdbc, transaction);
  }

  @Bean
  DeliveryList deliveryList(JdbcClient jdbc) {
    return new DeliveryList(jdbc);
  }

  @Bean
  AttemptLog attemptLog(
      OpenEvents open,
      Deliveries deliveries,
      GoneReceivers goneReceivers,
      JdbcClient jdbc,
      FairTransactions transaction,
      MeterRegistry metrics) {
    return new AttemptLog(
        open,
        deliveries,
        goneReceivers,
        jdbc,
        transaction,
        metrics,
        () -> ThreadLocalRandom.current().nextDouble());
  }

  @Bean
  DeliveryWorkflows deliveryWorkflows(WorkflowClient client) {
    return new DeliveryWorkflows(client);
  }

  @Bean
  Slots slots(ExpressSettings settings, MeterRegistry metrics) {
    Slots slots = new Slots(settings.slots());
    metrics.gauge("homing.express.slots.free", slots, Slots::free);
    return slots;
  }

  @Bean
  SendFirst sendFirst(
      OpenEvents open,
      Deliveries deliveries,
      HttpSender sender,
      AttemptLog attemptLog,
      Slots slots,
      FairTransactions transaction) {
    return new SendFirst(open, deliveries, sender, attemptLog, slots, transaction);
  }

  /** The workers' bean ends it. */
  @Bean(destroyMethod = "")
  EarlyStart earlyStart(OpenEvents open, Receivers receivers, SendFirst sendFirst, Egress egress) {
    return new EarlyStart(open, receivers, sendFirst, egress);
  }

  @Bean
  ExpressLane expressLane(
      Events events,
      OpenEvents open,
      EventWorkflows eventWorkflows,
      Receivers receivers,
      Deliveries deliveries,
      SendFirst sendFirst,
      EarlyStart earlyStart,
      DeliveryWorkflows workflows,
      FairTransactions transaction) {
    return new ExpressLane(
        events,
        open,
        eventWorkflows,
        receivers,
        deliveries,
        sendFirst,
        earlyStart,
        workflows,
        transaction);
  }

  @Bean
  StartDeliveries startDeliveries(Deliveries deliveries, DeliveryWorkflows workflows) {
    return new StartDeliveries(deliveries, workflows);
  }

  @Bean
  DurableLane durableLane(
      Events events,
      Receivers receivers,
      Deliveries deliveries,
      HttpSender sender,
      AttemptLog attemptLog,
      FairTransactions transaction) {
    return new DurableLane(events, receivers, deliveries, sender, attemptLog, transaction);
  }

  @Bean
  Partitions partitions(JdbcClient jdbc) {
    return new Partitions(jdbc);
  }

  @Bean
  MakePartitions makePartitions(
      Partitions partitions, JdbcClient jdbc, TransactionTemplate transaction) {
    return new MakePartitions(partitions, jdbc, transaction);
  }

  @Bean
  DropPartitions dropPartitions(
      Partitions partitions,
      RetentionSettings settings,
      JdbcClient jdbc,
      TransactionTemplate transaction) {
    return new DropPartitions(partitions, settings, jdbc, transaction);
  }

  @Bean
  ExpiredKeys expiredKeys(JdbcClient jdbc, RetentionSettings settings) {
    return new ExpiredKeys(jdbc, settings);
  }
}
