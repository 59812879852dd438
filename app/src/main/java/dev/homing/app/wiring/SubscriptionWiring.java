package dev.homing.app.wiring;

import dev.homing.activities.event.OwnEvents;
import dev.homing.activities.retention.RetentionSettings;
import dev.homing.activities.routing.RedisRoutes;
import dev.homing.activities.routing.Routes;
import dev.homing.activities.secret.Encryption;
import dev.homing.activities.secret.EncryptionKeys;
import dev.homing.activities.secret.EncryptionSettings;
import dev.homing.activities.secret.Secrets;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.DisableSubscriptions;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.subscription.Resealing;
import dev.homing.activities.subscription.SubscriptionList;
import dev.homing.app.database.AcceptingDatabase;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.persistence.EntityManager;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Subscriptions, their secrets, and which of them receive an event. */
@Configuration(proxyBeanMethods = false)
class SubscriptionWiring {
  @Bean
  EncryptionKeys encryptionKeys(EncryptionSettings settings) {
    return settings.parsed();
  }

  @Bean
  Secrets secrets(EncryptionKeys keys) {
    return new Secrets(new Encryption(keys, new SecureRandom()));
  }

  @Bean
  Receivers receivers(
      JdbcClient jdbc, Secrets secrets, DeliverySettings settings, RetentionSettings retention) {
    return new Receivers(jdbc, secrets, settings, retention.ofPayloads());
  }

  @Bean
  Resealing resealing(JdbcClient jdbc, Secrets secrets) {
    return new Resealing(jdbc, secrets);
  }

  @Bean
  DisableSubscriptions disableSubscriptions(
      JdbcClient jdbc, TransactionTemplate transaction, OwnEvents ownEvents, Clock clock) {
    return new DisableSubscriptions(jdbc, transaction, ownEvents, clock);
  }

  @Bean
  Routes routes(StringRedisTemplate redis, AcceptingDatabase database, MeterRegistry metrics) {
    return new Routes(
        new RedisRoutes(redis), database.jdbc(), task -> Thread.startVirtualThread(task), metrics);
  }

  /** Rejects commands at once while there is no connection to Redis. */
  @Bean
  LettuceClientOptionsBuilderCustomizer redisRefusesAtOnce() {
    return options -> options.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS);
  }

  @Bean
  SubscriptionList subscriptionList(EntityManager entities) {
    return new SubscriptionList(entities);
  }
}
