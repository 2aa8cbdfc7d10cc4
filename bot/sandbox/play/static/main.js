// The page: builds its parts, then listens to the server.
import "/static/chat.js";
import { setUpComposer } from "/static/composer.js";
import { setUpHead } from "/static/head.js";
import { connect } from "/static/live.js";
import { setUpOther } from "/static/other.js";
import { setUpPeople } from "/static/people.js";

setUpPeople();
setUpOther();
setUpHead();
setUpComposer();
connect();
