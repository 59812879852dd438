package dev.homing.app.page;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the reading of filter forms in front of the pages. */
@Configuration(proxyBeanMethods = false)
class PageWiring {
  @Bean
  FilterRegistrationBean<FormParameters> formParameters() {
    FilterRegistrationBean<FormParameters> registration =
        new FilterRegistrationBean<>(new FormParameters());
    registration.addUrlPatterns("/ui/*");
    return registration;
  }
}
