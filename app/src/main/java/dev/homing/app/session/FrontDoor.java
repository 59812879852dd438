package dev.homing.app.session;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/** Sends browsers that open the root to the pages; for everybody else the API answers there. */
final class FrontDoor extends OncePerRequestFilter {
  /** Whether a browser opens the root: it names HTML, and programs do not. */
  static boolean isOpened(HttpServletRequest request) {
    return request.getRequestURI().equals("/")
        && request.getMethod().equals("GET")
        && Collections.list(request.getHeaders(HttpHeaders.ACCEPT)).stream()
            .anyMatch(accepted -> accepted.contains("text/html"));
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (isOpened(request)) {
      response.setStatus(HttpStatus.SEE_OTHER.value());
      response.setHeader(HttpHeaders.LOCATION, SignIn.START);
      response.setHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT);
    } else {
      chain.doFilter(request, response);
    }
  }
}
