package dev.homing.app.wiring;

import com.zaxxer.hikari.HikariDataSource;
import dev.homing.activities.FairTransactions;
import dev.homing.app.database.AcceptingDatabase;
import dev.homing.app.database.DatabaseByCaller;
import dev.homing.app.database.DatabaseUrl;
import dev.homing.app.database.PagesDatabase;
import dev.homing.app.database.PoolSettings;
import dev.homing.app.database.StatisticsDatabase;
import dev.homing.app.database.TenantDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** PostgreSQL: a pool for each kind of caller. */
@Configuration(proxyBeanMethods = false)
class DatabaseWiring {
  /** The address that every connection needs, so that all settings are checked first. */
  @Bean
  DatabaseUrl databaseUrl(Settings valid) {
    return valid.parts().database();
  }

  @Bean
  @Primary
  TransactionTemplate transactionTemplate(PlatformTransactionManager transactions) {
    return new TransactionTemplate(transactions);
  }

  /** Transactions of both lanes; reads and other callers use the remaining connections. */
  @Bean
  FairTransactions laneTransactions(PlatformTransactionManager transactions, PoolSettings pools) {
    return new FairTransactions(transactions, pools.lanes());
  }

  @Bean
  AcceptingDatabase acceptingDatabase(DatabaseUrl url, PoolSettings pools, MeterRegistry metrics) {
    return new AcceptingDatabase(url, pools.accepting(), metrics);
  }

  @Bean
  TenantDatabase tenantDatabase(DatabaseUrl url, PoolSettings pools, MeterRegistry metrics) {
    return new TenantDatabase(url, pools.tenants(), metrics);
  }

  @Bean
  PagesDatabase pagesDatabase(DatabaseUrl url, PoolSettings pools, MeterRegistry metrics) {
    return new PagesDatabase(url, pools.pages(), metrics);
  }

  @Bean
  StatisticsDatabase statisticsDatabase(
      DatabaseUrl url, PoolSettings pools, MeterRegistry metrics) {
    return new StatisticsDatabase(url, pools.statistics(), metrics);
  }

  /** Routes every request for a connection, including those of JPA and Flyway. */
  @Bean
  static BeanPostProcessor databaseByCaller(
      ObjectProvider<TenantDatabase> tenants, ObjectProvider<PagesDatabase> pages) {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof HikariDataSource owners
            ? new DatabaseByCaller(owners, tenants::getObject, pages::getObject)
            : bean;
      }
    };
  }
}
