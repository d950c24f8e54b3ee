<?php
// A page that needs the database, and uploads in a folder beside it, as WordPress has them.
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    file_put_contents('/var/www/html/uploads/' . basename($_GET['name']), file_get_contents('php://input'));
}
$db = new mysqli('db', getenv('BLOG_USER'), getenv('BLOG_PASSWORD'), 'blog');
echo 'blog on ', gethostname(), ' ', $db->query('SELECT 1')->fetch_row()[0], "\n";
