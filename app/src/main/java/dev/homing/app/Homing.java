package dev.homing.app;

import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Subscriptions;
import io.temporal.common.converter.JacksonJsonPayloadConverter;
import java.security.Security;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The application. */
@SpringBootApplication(exclude = UserDetailsServiceAutoConfiguration.class)
@ConfigurationPropertiesScan("dev.homing")
@EntityScan(basePackageClasses = Subscription.class)
@EnableJpaRepositories(basePackageClasses = Subscriptions.class)
@EnableScheduling
public class Homing {
  static {
    // Must run before any Temporal client is created.
    JacksonJsonPayloadConverter.setDefaultAsJackson3(true, false);
    // Must run before any name is looked up. In seconds; the next attempt repeats a failed lookup.
    Security.setProperty("networkaddress.cache.ttl", "30");
    Security.setProperty("networkaddress.cache.negative.ttl", "3");
  }

  public static void main(String[] args) {
    SpringApplication.run(Homing.class, args);
  }
}
