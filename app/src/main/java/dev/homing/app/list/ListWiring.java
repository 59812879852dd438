package dev.homing.app.list;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the renaming of parameters in front of the lists that have them. */
@Configuration(proxyBeanMethods = false)
class ListWiring {
  @Bean
  FilterRegistrationBean<RenamedParameters> renamedParameters() {
    FilterRegistrationBean<RenamedParameters> registration =
        new FilterRegistrationBean<>(new RenamedParameters());
    registration.addUrlPatterns("/events/*", "/deliveries/*");
    return registration;
  }
}
